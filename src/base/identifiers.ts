/** Identifiers that the product makes: sortable ids of rows, tokens of links, and the code a person can type. */
import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.ts';

/** Source of random bytes; a test passes a seeded one. */
export type RandomSource = (length: number) => Buffer;

export const systemRandom: RandomSource = (length) => randomBytes(length);

/** Crockford's base 32: no I, L, O or U, so that nothing is misread or spells a word by accident. */
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A 26-character id: 48 bits of time, then 80 random bits; ids made later sort later. */
export function newId(clock: Clock, random: RandomSource = systemRandom): string {
  let time = clock.now();
  let head = '';
  for (let i = 0; i < 10; i++) {
    head = CROCKFORD.charAt(time % 32) + head;
    time = Math.floor(time / 32);
  }
  return head + crockford(random(10));
}

/** A link token: 128 random bits, base64url, 22 characters. */
export function newToken(random: RandomSource = systemRandom): string {
  return random(16).toString('base64url');
}

/** A message code: nine characters of Crockford's base 32 (45 random bits), unformatted. */
export function newMessageCode(random: RandomSource = systemRandom): string {
  return crockford(random(6)).slice(0, 9);
}

/** `7K42QF9XM` → `7K4-2QF-9XM`. */
export function formatMessageCode(code: string): string {
  return `${code.slice(0, 3)}-${code.slice(3, 6)}-${code.slice(6, 9)}`;
}

/** What a person typed → the unformatted code; null where it can't be one. Reads O as 0 and I, L as 1. */
export function parseMessageCode(typed: string): string | null {
  const code = typed
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/gu, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/gu, '1');
  return /^[0-9A-HJKMNP-TV-Z]{9}$/u.test(code) ? code : null;
}

function crockford(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  const digits = Math.ceil((bytes.length * 8) / 5);
  let text = '';
  for (let i = 0; i < digits; i++) {
    text = CROCKFORD.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}
