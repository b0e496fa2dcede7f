/**
 * DNS messages: a question as we ask it, and a response read with suspicion. It must carry our id and our question,
 * its size and its number of records are bounded, aliases are followed inside the response only (RFC 1034 section
 * 3.6.2) and a bounded number of times.
 */
import { isIPv4, isIPv6 } from 'node:net';

import { AUTHENTIC_DATA, DNSSEC_OK, RECURSION_DESIRED, decode, encode } from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';

import type { DnsResult, RecordType, RecordTypes } from './dns-answer.ts';

export interface DnsQuestion<T extends RecordType = RecordType> {
  readonly id: number;
  readonly name: string;
  readonly type: T;
}

/** `foreign`: no answer to this question; `truncated`: to be asked again over TCP. */
export type DnsResponse<R> = DnsResult<R> | { readonly kind: 'foreign' } | { readonly kind: 'truncated' };

/** What passes any path without fragments (RFC 9715 section 3.1). */
const UDP_PAYLOAD_BYTES = 1_232;
const MAX_ALIASES = 8;
const MAX_RECORDS = 200;
const HEADER_BYTES = 12;
const MAX_NAME_CHARACTERS = 253;
const LABEL = /^[\x21-\x2d\x2f-\x7e]{1,63}$/u;
const NOERROR = 0;
const NXDOMAIN = 3;
const RCODE_NAMES = new Map([
  [1, 'FORMERR'],
  [2, 'SERVFAIL'],
  [4, 'NOTIMP'],
  [5, 'REFUSED'],
]);
const MAX_NEGATIVE_TTL_SECONDS = 3_600;
const DEFAULT_NEGATIVE_TTL_SECONDS = 60;

/** Whether a name fits into a question at all; one that does not can't exist. */
export function isDnsName(name: string): boolean {
  return name.length <= MAX_NAME_CHARACTERS && name.split('.').every((label) => LABEL.test(label));
}

export function encodeQuestion(question: DnsQuestion): Buffer {
  return encode({
    type: 'query',
    id: question.id,
    // AD in a question says that we understand AD in the answer (RFC 6840 section 5.7).
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ name: question.name, type: question.type, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: DNSSEC_OK,
        flag_do: true,
        options: [],
      },
    ],
  });
}

export function readResponse<T extends RecordType>(
  bytes: Buffer,
  question: DnsQuestion<T>,
): DnsResponse<RecordTypes[T]> {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== question.id) return { kind: 'foreign' };
  let packet: DecodedPacket;
  try {
    packet = decode(bytes);
  } catch {
    return malformed;
  }
  if (!packet.flag_qr) return { kind: 'foreign' };
  const rcode = (packet.flags ?? 0) & 0xf;
  const asked = packet.questions ?? [];
  const ours = asked.length === 1 && asked[0]?.type === question.type;
  // A refusal may come without the question (RFC 8906 section 3); an answer must not.
  if (rcode !== NOERROR && rcode !== NXDOMAIN && asked.length === 0) return refused(rcode);
  if (!ours || plainName(asked[0]?.name ?? '') !== plainName(question.name)) return { kind: 'foreign' };
  if (packet.flag_tc) return { kind: 'truncated' };
  return readAnswers(packet, question, rcode);
}

const malformed = { kind: 'failed', why: 'malformed answer' } as const;

function refused(rcode: number): DnsResult<never> {
  return { kind: 'failed', why: RCODE_NAMES.get(rcode) ?? `response code ${rcode}` };
}

function readAnswers<T extends RecordType>(
  packet: DecodedPacket,
  question: DnsQuestion<T>,
  rcode: number,
): DnsResult<RecordTypes[T]> {
  if (rcode !== NOERROR && rcode !== NXDOMAIN) return refused(rcode);
  const extended = packet.additionals?.find((record) => record.type === 'OPT')?.extendedRcode ?? 0;
  if (extended !== 0) return refused(extended * 16 + rcode);
  const answers = packet.answers ?? [];
  if (answers.length > MAX_RECORDS) return { kind: 'failed', why: 'too many records in the answer' };
  const chain = followAliases(answers, question);
  if (chain === null) return { kind: 'failed', why: 'aliases without end' };
  // An alias may lead to any octets; only a name can be a server's, or stand in a certificate.
  if (!isDnsName(chain.name)) return malformed;
  const secure = packet.flag_ad;
  const found = answers.filter(
    (record) => record.type === question.type && plainName(record.name) === chain.name,
  );
  if (found.length === 0) {
    const reason = rcode === NXDOMAIN ? 'no-such-name' : 'no-data';
    return { kind: 'none', reason, secure, ttlSeconds: negativeTtl(packet) };
  }
  const records = found.map((record) => recordOf(question.type, record));
  if (!records.every((record) => record !== null)) return malformed;
  const ttlSeconds = Math.min(chain.ttlSeconds, ...found.map(ttlOf));
  return { kind: 'answer', records, name: chain.name, secure, ttlSeconds };
}

/** Where the aliases of the response lead; null where they go round or on for too long. */
function followAliases(
  answers: readonly Answer[],
  question: DnsQuestion,
): { name: string; ttlSeconds: number } | null {
  let name = plainName(question.name);
  let ttlSeconds = Number.POSITIVE_INFINITY;
  for (let followed = 0; followed <= MAX_ALIASES; followed++) {
    const alias =
      question.type === 'CNAME'
        ? undefined
        : answers.find((record) => record.type === 'CNAME' && plainName(record.name) === name);
    if (alias === undefined) return { name, ttlSeconds };
    if (alias.type !== 'CNAME' || typeof alias.data !== 'string') return null;
    name = plainName(alias.data);
    ttlSeconds = Math.min(ttlSeconds, ttlOf(alias));
  }
  return null;
}

function recordOf<T extends RecordType>(type: T, record: Answer): RecordTypes[T] | null {
  return readers[type](record);
}

const readers: { readonly [T in RecordType]: (record: Answer) => RecordTypes[T] | null } = {
  A: (record) => (record.type === 'A' && isIPv4(record.data) ? record.data : null),
  AAAA: (record) => (record.type === 'AAAA' && isIPv6(record.data) ? record.data : null),
  CNAME: (record) => (record.type === 'CNAME' ? plainName(record.data) : null),
  MX: (record) =>
    record.type === 'MX'
      ? { preference: record.data.preference ?? 0, exchange: plainName(record.data.exchange) }
      : null,
  TXT: (record) => (record.type === 'TXT' ? textOf(record.data) : null),
  TLSA: (record) =>
    record.type === 'TLSA'
      ? {
          usage: record.data.usage,
          selector: record.data.selector,
          matchingType: record.data.matchingType,
          // The message's memory is let go.
          data: Buffer.from(record.data.certificate),
        }
      : null,
};

function textOf(data: string | Buffer | readonly (string | Buffer)[]): string {
  const strings = Array.isArray(data) ? (data as readonly (string | Buffer)[]) : [data as string | Buffer];
  return strings.map((piece) => (typeof piece === 'string' ? piece : piece.toString('latin1'))).join('');
}

function ttlOf(record: Answer): number {
  return 'ttl' in record && typeof record.ttl === 'number' ? record.ttl : 0;
}

/** RFC 2308 section 5. */
function negativeTtl(packet: DecodedPacket): number {
  const soa = packet.authorities?.find((record) => record.type === 'SOA');
  if (soa?.type !== 'SOA') return DEFAULT_NEGATIVE_TTL_SECONDS;
  return Math.min(ttlOf(soa), soa.data.minimum ?? 0, MAX_NEGATIVE_TTL_SECONDS);
}

/** Names are compared in lower case, without the last dot. */
function plainName(name: string): string {
  return name.replace(/\.$/u, '').replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());
}
