/**
 * Looks for a canary in bytes of any kind, in every form in which a leak could hold it: raw, base64 in its three
 * shifts (line ends between), quoted-printable, UTF-16, hexadecimal, URL-encoded, and inside gzip and deflate
 * streams. Case is not looked at where the form doesn't depend on it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync, inflateSync, constants } from 'node:zlib';

export interface Leak {
  /** Which place: a file, a wire, a log. */
  readonly where: string;
  readonly form: string;
}

interface Form {
  readonly name: string;
  readonly needles: readonly Buffer[];
}

const MAX_NESTED = 3;
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

/** Made for a test; long enough that no part of it comes up by chance. */
export function newCanary(): string {
  return `CNRY-${crypto.randomUUID()}`;
}

/** All forms in which `canary` stands in `bytes`. */
export function findCanary(canary: string, bytes: Buffer): string[] {
  const forms = formsOf(canary);
  return [...new Set(search(forms, bytes, 0))];
}

function search(forms: readonly Form[], bytes: Buffer, depth: number): string[] {
  const found: string[] = [];
  const folded = lowerCase(bytes);
  const joined = withoutLineEnds(bytes);
  const unquoted = withoutSoftBreaks(folded);
  for (const { name, needles } of forms) {
    const places = name === 'base64' ? [bytes, joined] : [folded, unquoted];
    if (needles.some((needle) => places.some((place) => place.includes(needle)))) found.push(name);
  }
  if (depth < MAX_NESTED) {
    for (const inner of compressedIn(bytes))
      found.push(...search(forms, inner, depth + 1).map((form) => `compressed ${form}`));
  }
  return found;
}

function formsOf(canary: string): readonly Form[] {
  const lower = canary.toLowerCase();
  const hex = Buffer.from(canary).toString('hex');
  const everyByte = (before: string): Buffer =>
    Buffer.from((hex.match(/../gu) ?? []).map((pair) => `${before}${pair}`).join(''));
  return [
    { name: 'raw', needles: [Buffer.from(lower)] },
    { name: 'base64', needles: [0, 1, 2].flatMap((shift) => base64Needles(canary, shift)) },
    {
      name: 'quoted-printable',
      needles: [everyByte('='), Buffer.from(lower.replaceAll('-', '=2d')), everyByte('%')],
    },
    { name: 'utf-16', needles: [Buffer.from(lower, 'utf16le'), Buffer.from(lower, 'utf16le').swap16()] },
    {
      name: 'hex',
      needles: [Buffer.from(hex), everyByte('\\x'), Buffer.from(Buffer.from(lower).toString('hex'))],
    },
  ];
}

/** What of the base64 of any text that holds the canary depends on the canary alone, for one shift. */
function base64Needles(canary: string, shift: number): Buffer[] {
  const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(canary)])
    .toString('base64')
    .replaceAll('=', '');
  const inner = encoded.slice(shift === 0 ? 0 : shift + 1, -1);
  return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')].map((text) => Buffer.from(text));
}

function lowerCase(bytes: Buffer): Buffer {
  const folded = Buffer.from(bytes);
  for (let i = 0; i < folded.length; i += 1) {
    const octet = folded[i] ?? 0;
    if (octet >= 0x41 && octet <= 0x5a) folded[i] = octet + 0x20;
  }
  return folded;
}

function withoutLineEnds(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/\r?\n[ \t]*|\\r\\n|\\n/gu, ''), 'latin1');
}

function withoutSoftBreaks(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(/=\r?\n/gu, ''), 'latin1');
}

/** What unpacks, wherever in the bytes it begins; an end that is missing doesn't matter. */
function compressedIn(bytes: Buffer): Buffer[] {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INFLATED_BYTES };
  const inner: Buffer[] = [];
  const tryOut = (unpack: () => Buffer): void => {
    try {
      const unpacked = unpack();
      if (unpacked.length > 0) inner.push(unpacked);
    } catch {
      // Looked like the beginning of a compressed stream and was none.
    }
  };
  for (const start of starts(bytes, [0x1f, 0x8b, 0x08]))
    tryOut(() => inflateRawSync(bytes.subarray(gzipBody(bytes, start)), options));
  for (const second of [0x01, 0x5e, 0x9c, 0xda])
    for (const start of starts(bytes, [0x78, second]))
      tryOut(() => inflateSync(bytes.subarray(start), options));
  // Members of a ZIP file: their names stand in clear, their content behind the local header.
  for (const start of starts(bytes, [0x50, 0x4b, 0x03, 0x04])) {
    if (start + 30 > bytes.length) continue;
    const content = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    tryOut(() => inflateRawSync(bytes.subarray(content), options));
  }
  return inner;
}

/**
 * Where the deflated octets of a gzip member begin (RFC 1952 section 2.3). Unpacking those alone doesn't mind what
 * stands behind the member, which is anything in a page of a database.
 */
function gzipBody(bytes: Buffer, start: number): number {
  const flags = bytes[start + 3] ?? 0;
  const afterText = (at: number): number => bytes.indexOf(0, at) + 1;
  let at = start + 10;
  if ((flags & 0x04) !== 0) at += 2 + bytes.readUInt16LE(at);
  if ((flags & 0x08) !== 0) at = afterText(at);
  if ((flags & 0x10) !== 0) at = afterText(at);
  return (flags & 0x02) === 0 ? at : at + 2;
}

function starts(bytes: Buffer, octets: readonly number[]): number[] {
  const magic = Buffer.from(octets);
  const found: number[] = [];
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) found.push(at);
  return found;
}

/** Searches every file below the folders, their names too. */
export async function findCanaryInFolders(canary: string, folders: readonly string[]): Promise<Leak[]> {
  const leaks: Leak[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const where = join(entry.parentPath, entry.name);
      leaks.push(
        ...findCanary(canary, Buffer.from(entry.name)).map((form) => ({ where, form: `name: ${form}` })),
      );
      if (!entry.isFile()) continue;
      leaks.push(...findCanary(canary, await readFile(where)).map((form) => ({ where, form })));
    }
  }
  return leaks;
}
