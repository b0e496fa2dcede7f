/** Identifiers that the product makes: sortable ids of rows, tokens of links, and the code a person can type. */
import { randomBytes } from 'node:crypto';

import type { Clock } from './clock.ts';

/** Source of random bytes; a test passes a seeded one. */
export type RandomSource = (length: number) => Buffer;

/** The system's random bytes, fetched in advance for small requests: each call to it costs as much as all else. */
export const systemRandom: RandomSource = (length) =>
  length <= MOST_POOLED ? takePooled(length) : randomBytes(length);

const POOL_BYTES = 4_096;
const MOST_POOLED = 64;
let pool = Buffer.alloc(0);
let taken = 0;

/** Bytes leave the pool once and are erased in it. */
function takePooled(length: number): Buffer {
  if (taken + length > pool.length) {
    pool = randomBytes(POOL_BYTES);
    taken = 0;
  }
  const bytes = Buffer.alloc(length);
  pool.copy(bytes, 0, taken, taken + length);
  pool.fill(0, taken, taken + length);
  taken += length;
  return bytes;
}

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

/** The bytes as one number, most significant digit first. */
function crockford(bytes: Uint8Array): string {
  let text = '';
  let waiting = 0;
  let waitingBits = 0;
  for (let i = bytes.length - 1; i >= 0; i--) {
    waiting |= (bytes[i] ?? 0) << waitingBits;
    for (waitingBits += 8; waitingBits >= 5; waitingBits -= 5) {
      text = CROCKFORD.charAt(waiting & 31) + text;
      waiting >>= 5;
    }
  }
  return waitingBits > 0 ? CROCKFORD.charAt(waiting) + text : text;
}
