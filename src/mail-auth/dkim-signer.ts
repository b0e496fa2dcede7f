/**
 * DKIM signatures (RFC 6376; Ed25519 of RFC 8463), relaxed/relaxed, over header fields that are read byte by byte as
 * they go on the wire. No `l=` (what is added to a body must break the signature) and no `x=`. Knows nothing of
 * mails as objects: it gets a header and the hash of the body that `DkimBodyHash` made while the body passed.
 */
import { sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { sha256 } from '#src/base/bytes.ts';
import { SECOND_MS } from '#src/base/clock.ts';
import { parseHeaderFields, trimWhiteSpace } from '#src/mime/header-fields.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';

export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

export interface DkimKey {
  /** Lower-case A-labels: `d=`. */
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  readonly privateKey: KeyObject;
}

export interface MailToSign {
  /** From the first field; the empty line that ends it, and what follows, is not looked at. */
  readonly header: Buffer;
  /** 32 bytes, of the body after the empty line. */
  readonly bodyHash: Buffer;
  readonly keys: readonly DkimKey[];
  readonly nowMs: number;
}

/** Named once more than they are there, so that another one can't be put beside them (RFC 6376 section 5.4). */
const SEALED_FIELDS = [
  'from',
  'to',
  'cc',
  'subject',
  'reply-to',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
] as const;
/** The same, but only where they are there: a submission server may add them (RFC 6409 section 8). */
const SEALED_IF_PRESENT = ['date', 'message-id', 'sender'] as const;
/** As often as they are there: others may add theirs. */
const SIGNED_IF_PRESENT = [
  'auto-submitted',
  'disposition-notification-to',
  'resent-date',
  'resent-from',
  'resent-sender',
  'resent-to',
  'resent-cc',
  'resent-message-id',
  'list-id',
  'list-help',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'list-post',
  'list-owner',
  'list-archive',
] as const;

/** More of them than any mail program writes; `h=` has to stay readable for verifiers. */
const MAX_SIGNED_FIELDS = 250;
const MAX_LINE = 76;

const signInThread = promisify(sign);

/**
 * One DKIM-Signature field for each key, with its line end, to stand before the header. Empty without a key, and for
 * a header with more than 250 fields to sign. The work is done in node's thread pool.
 */
export async function signMail(mail: MailToSign): Promise<string> {
  const chosen = chooseFields(parseHeaderFields(mail.header));
  if (chosen === null) return '';
  const fields = await Promise.all(mail.keys.map((key) => signatureField(key, mail, chosen)));
  return fields.join('');
}

interface ChosenFields {
  /** For `h=`, in order. */
  readonly names: readonly string[];
  /** What is hashed before the signature's own field. */
  readonly canonical: string;
}

function chooseFields(fields: readonly HeaderField[]): ChosenFields | null {
  const present = Map.groupBy(fields, (field) => field.lowerName);
  const names: string[] = [];
  let canonical = '';
  const take = (name: string, further: 0 | 1): void => {
    // Of several with one name verifiers take the last first (RFC 6376 section 5.4.2).
    const found = present.get(name)?.toReversed() ?? [];
    names.push(...Array.from({ length: found.length + further }, () => name));
    for (const field of found) canonical += `${canonicalField(field)}\r\n`;
  };
  const signed = [...SEALED_FIELDS, ...SEALED_IF_PRESENT, ...SIGNED_IF_PRESENT];
  const count = signed.reduce((sum, name) => sum + (present.get(name)?.length ?? 0), 0);
  if (count > MAX_SIGNED_FIELDS) return null;
  for (const name of SEALED_FIELDS) take(name, 1);
  for (const name of SEALED_IF_PRESENT) if (present.has(name)) take(name, 1);
  for (const name of SIGNED_IF_PRESENT) take(name, 0);
  return { names, canonical };
}

/** Relaxed (RFC 6376 section 3.4.2), without line end; latin1 of the bytes. */
export function canonicalField(field: Pick<HeaderField, 'lowerName' | 'rawValue'>): string {
  return `${field.lowerName}:${trimWhiteSpace(field.rawValue.replaceAll(/[ \t]+/gu, ' '))}`;
}

async function signatureField(key: DkimKey, mail: MailToSign, chosen: ChosenFields): Promise<string> {
  const lines = [
    `v=1; a=${key.algorithm}; c=relaxed/relaxed; t=${Math.floor(mail.nowMs / SECOND_MS)};`,
    `d=${key.domain}; s=${key.selector};`,
    ...fieldList(chosen.names),
    `bh=${mail.bodyHash.toString('base64')};`,
  ];
  // The signature's own field counts without its value and its line end (RFC 6376 section 3.7).
  const data = Buffer.from(`${chosen.canonical}dkim-signature:${lines.join(' ')} b=`, 'latin1');
  const signature = await signWith(key, data);
  lines.push(...(`b=${signature.toString('base64')}`.match(/.{1,76}/gu) ?? []));
  return `DKIM-Signature: ${lines.join('\r\n ')}\r\n`;
}

function fieldList(names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = 'h=';
  for (const [index, name] of names.entries()) {
    const item = name + (index === names.length - 1 ? ';' : ':');
    if (line.length + item.length > MAX_LINE) {
      lines.push(line);
      line = '';
    }
    line += item;
  }
  return [...lines, line];
}

function signWith(key: DkimKey, data: Buffer): Promise<Buffer> {
  // Ed25519 signs the hash, not the data (RFC 8463 section 3).
  if (key.algorithm === 'ed25519-sha256') return signInThread(null, sha256(data), key.privateKey);
  return signInThread('sha256', data, key.privateKey);
}
