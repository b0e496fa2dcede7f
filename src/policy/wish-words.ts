/**
 * Words directly behind the code in a subject that ask for more than protection: `send secure expires 14d, read by
 * 1 Dec, no reply, verify`. What was understood is taken out of the subject that readers are shown; what was not stays
 * in it, and the content itself is not touched. Where a word could be read two ways, the reading that protects wins.
 * Linear in the length of the subject.
 */
import { BUILT_IN_CODE, codePlaces, comparableForm, type SubjectCode } from './subject-code.ts';
import { isOneSlipAway } from './subject-words.ts';
import { findDay, type WishedDay } from './wish-days.ts';
import { NOTHING_STATED, type StatedWishes, type UnmetWish } from './wishes.ts';

export interface SubjectWishes {
  readonly stated: StatedWishes;
  /** The subject without what was understood; the same text where nothing was. */
  readonly shownSubject: string;
}

/** Words behind the code stand near the start; a subject of kilobytes is looked at so far. */
const LOOKED_AT = 4_000;
/** More than there are kinds, for one may be said twice. */
const MAX_WORDS = 8;

const END = '(?![\\p{L}\\p{N}\\p{M}_])';
const TO_DAY = '(?:\\s{0,3}[:=]\\s{0,3}|\\s{1,3})(?:(?:in|on|after|en|el|dentro de)\\s{1,3})?';
const DAY_WORDS = {
  expires: new RegExp(`(?:expires?|expiry|expira|caduca|vence)${END}(?:${TO_DAY})?`, 'uy'),
  'read-by': new RegExp(`(?:read\\s{0,3}by|leer\\s{1,3}hasta)${END}(?:${TO_DAY})?`, 'uy'),
} as const;
const PLAIN_WORDS = {
  'no-reply': new RegExp(
    `(?:no[\\s-]{0,3}repl(?:y|ies)(?:\\s{1,3}(?:needed|necessary|required))?|sin\\s{1,3}respuesta)${END}`,
    'uy',
  ),
  verify: new RegExp(`(?:verify|verificar)${END}`, 'uy'),
} as const;
/** What may stand between the words; brackets and the like are the author's. */
const BETWEEN = /[\s,;|&+\-–—]*(?:(?:and|y)\s{1,3})?/uy;
/** What may stand between the code and the first word besides. */
const BEHIND_CODE = /[\s,;|&+\-–—:.()[\]"”»]*/uy;
/** The end, a sign, or another of our words. */
const STANDS_ALONE =
  /\s*(?:$|[,;|&+\-–—:.()[\]]|(?:(?:and|y)\s|expires?|read\s{0,3}by|no[\s-]{0,3}repl|verify|verificar|sin\s{1,3}resp|caduca|vence|expira|leer\s{1,3}hasta))/uy;
const WORD = /[\p{L}\p{N}]+/uy;
/** One letter away from a word of ours, and ordinary. */
const ORDINARY: ReadonlySet<string> = new Set(['expired', 'expire', 'verily', 'verity', 'very']);

/** `subject`: decoded and unfolded. `codes`: the organisation's beside the built-in one. */
export function readSubjectWishes(subject: string, codes: readonly SubjectCode[] = []): SubjectWishes {
  const text = mapped(subject.slice(0, LOOKED_AT));
  for (const code of [BUILT_IN_CODE, ...codes]) {
    for (const { to } of codePlaces(text.form, code)) {
      const found = readBehind(text.form, to);
      if (found.cuts.length === 0 && found.stated.unmet.length === 0) continue;
      return { stated: found.stated, shownSubject: cut(subject, found.cuts, text.offsets) };
    }
  }
  return { stated: NOTHING_STATED, shownSubject: subject };
}

/** Text in comparable form, and for each unit of it where in the text it stands. */
interface Mapped {
  readonly form: string;
  readonly offsets: readonly number[];
}

function mapped(text: string): Mapped {
  let form = '';
  let at = 0;
  const offsets: number[] = [];
  // A letter and its marks are one: `n` and a tilde are the letter of `mañana`.
  for (const [cluster] of text.matchAll(/\P{M}\p{M}{0,3}|\p{M}/gsu)) {
    const part = comparableForm(cluster).replaceAll(/(?!\s)\p{Cc}/gu, '');
    for (let unit = 0; unit < part.length; unit++) offsets.push(at);
    form += part;
    at += cluster.length;
  }
  offsets.push(at);
  return { form, offsets };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface FoundWord {
  readonly stated: Partial<StatedWishes>;
  /** Null: it was not understood, and stays. */
  readonly end: number | null;
}

function readBehind(form: string, from: number): { stated: StatedWishes; cuts: readonly Range[] } {
  let stated = NOTHING_STATED;
  const cuts: Range[] = [];
  let at = from;
  for (let count = 0; count < MAX_WORDS; count++) {
    const start = endOf(count === 0 ? BEHIND_CODE : BETWEEN, form, at);
    const word = readWord(form, start);
    if (word === null || (isSentence(form, from, start) && !standsAlone(form, word))) break;
    stated = { ...stated, ...word.stated, unmet: [...stated.unmet, ...(word.stated.unmet ?? [])] };
    if (word.end === null) break;
    // Signs behind the code that belong to it, such as a bracket, stay.
    cuts.push({ from: cuts.length === 0 ? startOfBlank(form, start, from) : at, to: word.end });
    at = word.end;
  }
  return { stated, cuts };
}

/** Behind a colon people begin to say what it is about: `send secure: no reply from the lab yet`. */
function isSentence(form: string, from: number, start: number): boolean {
  return /^[^\p{L}\p{N}]*:/u.test(form.slice(from, start));
}

/** The words with a day are what nobody else writes. */
function standsAlone(form: string, { end, stated }: FoundWord): boolean {
  if (end === null || stated.expires !== undefined || stated.readBy !== undefined) return true;
  return endOf(STANDS_ALONE, form, end) > end || end === form.length;
}

function readWord(form: string, at: number): FoundWord | null {
  for (const name of ['expires', 'read-by'] as const) {
    const to = endOf(DAY_WORDS[name], form, at);
    if (to > at) return withDay(form, to, name);
  }
  const noReply = endOf(PLAIN_WORDS['no-reply'], form, at);
  if (noReply > at) return { stated: { noReply: true }, end: noReply };
  const verify = endOf(PLAIN_WORDS.verify, form, at);
  if (verify > at) return { stated: { verify: true }, end: verify };
  return misspelled(form, at);
}

function withDay(form: string, at: number, name: 'expires' | 'read-by'): FoundWord {
  const found = findDay(form, at);
  if (found === null) return unmet({ name, why: 'no-day' });
  return { stated: dayOf(name, found.day), end: found.end };
}

function dayOf(name: 'expires' | 'read-by', day: WishedDay): Partial<StatedWishes> {
  return name === 'expires' ? { expires: day } : { readBy: day };
}

/** `verify` with a slip counts: somebody who is asked for a code too many calls, who is not asked at all reads. */
function misspelled(form: string, at: number): FoundWord | null {
  const to = endOf(WORD, form, at);
  const word = form.slice(at, to);
  if (ORDINARY.has(word)) return null;
  if (isOneSlipAway(word, 'verify'))
    return { stated: { verify: true, unmet: [{ name: 'verify', why: 'misspelled' }] }, end: null };
  const isExpires = isOneSlipAway(word, 'expires') && findDay(form, endOf(/\s{1,3}/uy, form, to)) !== null;
  return isExpires ? unmet({ name: 'expires', why: 'misspelled' }) : null;
}

function unmet(wish: UnmetWish): FoundWord {
  return { stated: { unmet: [wish] }, end: null };
}

function endOf(pattern: RegExp, form: string, from: number): number {
  pattern.lastIndex = from;
  return from + (pattern.exec(form)?.[0].length ?? 0);
}

function startOfBlank(form: string, from: number, least: number): number {
  let at = from;
  while (at > least && /[\s,;|&+\-–—]/u.test(form.charAt(at - 1))) at--;
  return at;
}

function cut(subject: string, cuts: readonly Range[], offsets: readonly number[]): string {
  const offset = (unit: number): number => offsets[unit] ?? subject.length;
  let shown = subject;
  for (const { from, to } of cuts.toReversed())
    shown = shown.slice(0, offset(from)) + shown.slice(offset(to));
  return shown.trim();
}
