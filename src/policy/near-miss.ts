/**
 * Finds what an author probably meant as the code and mistyped. Such a mail is held and its author asked, so this
 * must find every slip of a finger, and must leave ordinary talk of sending and security alone. What counts is in
 * docs/policy.md. A subject that carries the code is never asked about here. Linear in the length of the subject.
 */
import type { MessageFacts, NearMiss } from './facts.ts';
import { findFurtherNearMiss } from './further-codes.ts';
import { maskedSlice, reverseIfOverridden, unmask } from './look-alikes.ts';
import { ORDINARY_BEFORE_SECURE } from './ordinary-words.ts';
import { comparableForm, formCarriesCode, type SubjectCode } from './subject-code.ts';
import { isOneSlipAway, nearnessToSecure, nearnessToSend, splitWords } from './subject-words.ts';
import type { SubjectWord } from './subject-words.ts';
import { findVendorTags } from './vendor-tags.ts';

export type NearMissFacts = Pick<
  MessageFacts,
  | 'subjects'
  | 'firstBodyLine'
  | 'lastBodyLine'
  | 'isAnswerOrForward'
  | 'threadFromOutside'
  | 'settledNearMisses'
>;

const CODE_JOINED = 'sendsecure';
const CODE_REVERSED = 'securesend';
const MAX_WORDS_BETWEEN = 3;
const MAX_SHOWN_CHARACTERS = 120;
const MAX_BODY_LINE_CHARACTERS = 200;

/** The first near miss, or null. Subjects that carry the code, or one of the `further` ones, are passed over. */
export function findNearMiss(facts: NearMissFacts, further: readonly SubjectCode[] = []): NearMiss | null {
  for (const subject of facts.subjects) {
    const form = comparableForm(subject);
    if (formCarriesCode(form, further)) continue;
    const plain = withoutControls(form);
    const found =
      findAlike(subject, plain) ??
      findInWords(plain) ??
      findFurther(plain, further) ??
      findVendorTag(plain, facts);
    if (found !== null) return found;
  }
  return findInBody(facts.firstBodyLine, further) ?? findInBody(facts.lastBodyLine, further);
}

function findFurther(form: string, further: readonly SubjectCode[]): NearMiss | null {
  if (further.length === 0) return null;
  const words = splitWords(form);
  for (const code of further) {
    const found = findFurtherNearMiss(words, code, form);
    if (found !== null) return nearMiss('further-code', form.slice(found.start, found.end));
  }
  return null;
}

/**
 * What an answer about a near miss is remembered under, per thread and author: a name from a closed list without
 * any words of the subject. Only vendor tags are ever settled: a mistyped code is asked about each time.
 */
export function nearMissName(nearMiss: NearMiss): string {
  return nearMiss.tag === undefined ? nearMiss.kind : vendorTagName(nearMiss.tag);
}

function vendorTagName(tag: string): string {
  return `vendor-tag:${tag}`;
}

function withoutControls(form: string): string {
  return form.replaceAll(/\p{Cc}/gu, ' ');
}

/** The code in other letters, alone or with one slip; or typed backwards under a right-to-left override. */
function findAlike(subject: string, form: string): NearMiss | null {
  const reversed = reverseIfOverridden(subject, form);
  if (reversed !== null && formCarriesCode(reversed)) return nearMiss('look-alike', form);
  const unmasked = unmask(form);
  if (unmasked === form) return null;
  const words = splitWords(unmasked);
  const exact = findExact(words);
  if (exact !== null) {
    const masked = maskedSlice(form, exact.start, exact.end);
    if (masked !== unmasked.slice(exact.start, exact.end)) return nearMiss('look-alike', masked);
  }
  return findPair(unmasked, words);
}

/** Where the code stands among words that have been unmasked, whatever is between its two words. */
function findExact(words: readonly SubjectWord[]): { readonly start: number; readonly end: number } | null {
  const pair = readNeighbours(words, (first, second) => {
    const isCode = first.text === 'send' && second.text === 'secure';
    return isCode ? { start: first.start, end: second.end } : null;
  });
  return pair ?? words.find((word) => word.text === CODE_JOINED) ?? null;
}

function findInWords(form: string): NearMiss | null {
  const words = splitWords(form);
  return (
    findPair(form, words) ??
    findSingleWord(words) ??
    findMovedBlank(form, words) ??
    findWordsBetween(form, words) ??
    findReversed(form, words)
  );
}

/** Two neighbours that are the key words but for one slip each, something glued on, or punctuation between. */
function findPair(form: string, words: readonly SubjectWord[]): NearMiss | null {
  return readNeighbours(words, (first, second) => {
    const kind = pairKind(first.text, second.text, form.slice(first.end, second.start));
    return kind === null ? null : nearMiss(kind, form.slice(first.start, second.end));
  });
}

function pairKind(first: string, second: string, gap: string): NearMiss['kind'] | null {
  const send = nearnessToSend(first);
  if (send === 'none') return null;
  const secure = nearnessToSecure(second);
  if (secure === 'none' || (send === 'joined' && secure !== 'exact')) return null;
  // With nothing but white space between, what kept two exact words from being the code is a `_` beside them.
  if (send === 'exact' && secure === 'exact') return /^\s*$/u.test(gap) ? 'joined' : 'punctuated';
  if (endsSentence(gap)) return null;
  if (send === 'joined' || secure === 'joined') return send === 'slip' ? null : 'joined';
  return 'misspelled';
}

function endsSentence(gap: string): boolean {
  return /[.!?;]\s/u.test(gap);
}

/** The code in one word: `sendsecurely`, `sendsecrue`, `resendsecure`. */
function findSingleWord(words: readonly SubjectWord[]): NearMiss | null {
  for (const { text } of words) {
    if (text.includes(CODE_JOINED)) return nearMiss('joined', text);
    if (isOneSlipAway(text, CODE_JOINED)) return nearMiss('misspelled', text);
  }
  return null;
}

/** The right letters with the blank in the wrong place, or blanks in more: `sen dsecure`, `s e n d s e c u r e`. */
function findMovedBlank(form: string, words: readonly SubjectWord[]): NearMiss | null {
  for (const [index, first] of words.entries()) {
    let letters = '';
    for (let at = index; CODE_JOINED.startsWith(letters); at++) {
      const word = words[at];
      if (word === undefined) break;
      letters += word.text;
      if (letters === CODE_JOINED) return nearMiss('misspelled', form.slice(first.start, word.end));
    }
  }
  return null;
}

/** Both words exact and in order, one to three words between, unless `secure` is plain grammar there. */
function findWordsBetween(form: string, words: readonly SubjectWord[]): NearMiss | null {
  let send: SubjectWord | null = null;
  for (const [index, word] of words.entries()) {
    if (word.text === 'send') send = word;
    if (word.text !== 'secure' || send === null) continue;
    const between = word.group - send.group - 1;
    if (between > MAX_WORDS_BETWEEN || isGrammar(form, words, index, between)) continue;
    return nearMiss('words-between', form.slice(send.start, word.end));
  }
  return null;
}

/**
 * True where `secure` is a verb with its object ("send a deposit to secure your place", "send the form and secure
 * your place") or a predicate ("is secure"). "send and secure" alone is a code remembered wrongly.
 */
function isGrammar(form: string, words: readonly SubjectWord[], index: number, between: number): boolean {
  const before = words[index - 1]?.text ?? '';
  if (ORDINARY_BEFORE_SECURE.has(before)) return true;
  const here = words[index];
  const next = words[index + 1];
  const hasObject =
    here !== undefined && next !== undefined && /^\s+$/u.test(form.slice(here.end, next.start));
  return hasObject && (before === 'to' || (before === 'and' && between > 1));
}

/** `secure send`, in two words or one, at an end of the subject or alone in brackets. */
function findReversed(form: string, words: readonly SubjectWord[]): NearMiss | null {
  const start = coreStart(form);
  const firstOfCore = words.findIndex((word) => word.start >= start);
  const atAnEnd = (from: number, to: number) => from === firstOfCore || to === words.length - 1;
  const inTwo = readNeighbours(words, (first, second, index) => {
    if (!isReversed(first.text, second.text, form.slice(first.end, second.start))) return null;
    const counts = atAnEnd(index, index + 1) || isBracketed(form, first.start, second.end);
    return counts ? nearMiss('reversed', form.slice(first.start, second.end)) : null;
  });
  if (inTwo !== null) return inTwo;
  const inOne = words.find(
    (word, index) =>
      word.text === CODE_REVERSED && (atAnEnd(index, index) || isBracketed(form, word.start, word.end)),
  );
  return inOne === undefined ? null : nearMiss('reversed', inOne.text);
}

function isReversed(first: string, second: string, gap: string): boolean {
  const secure = nearnessToSecure(first);
  const send = nearnessToSend(second);
  const near = (secure === 'exact' || secure === 'slip') && (send === 'exact' || send === 'slip');
  return near && !endsSentence(gap);
}

function isBracketed(form: string, start: number, end: number): boolean {
  const before = form.slice(Math.max(0, start - 3), start).trimEnd();
  const after = form.slice(end, end + 3).trimStart();
  return /[[({<"“«]$/u.test(before) && /^[\])}>"”»]/u.test(after);
}

/** Marks of answers and forwards, in the usual languages, and the tags that mail systems put before a subject. */
const ANSWER_MARK =
  /\s{0,8}(?:(?:re|fw|fwd|aw|wg|rv|res|enc|tr|antw|doorst|sv|vs|vb|vl|rif|r|i|odp|pd|ynt|ilt)(?:\s?\[\d{1,4}\])?\s?[:：]|\[(?:external|ext|externo)\]:?)/uy;

/** Where the subject begins behind answer and forward marks. */
function coreStart(form: string): number {
  let start = 0;
  ANSWER_MARK.lastIndex = 0;
  while (ANSWER_MARK.test(form)) start = ANSWER_MARK.lastIndex;
  return start;
}

/** Another product's tag, unless somebody outside wrote it first or its author has answered about it already. */
function findVendorTag(form: string, facts: NearMissFacts): NearMiss | null {
  if (facts.isAnswerOrForward && facts.threadFromOutside) return null;
  const core = form.slice(coreStart(form)).trim();
  const open = findVendorTags(core).find(({ tag }) => !facts.settledNearMisses.includes(vendorTagName(tag)));
  return open === undefined ? null : { ...nearMiss('vendor-tag', open.text), tag: open.tag };
}

/** The code, with at most one slip, alone on a line that the author wrote (not quoted from another mail). */
function findInBody(line: string, further: readonly SubjectCode[]): NearMiss | null {
  if (line.length > MAX_BODY_LINE_CHARACTERS || /^\s*[>|]/u.test(line)) return null;
  const form = withoutControls(comparableForm(line));
  const words = splitWords(form);
  const said = form.replaceAll(/\s+/gu, '');
  if (further.some((code) => said === code.join(''))) return nearMiss('further-code', form.trim());
  const alone =
    (words.length === 1 && words[0]?.text === CODE_JOINED) ||
    (words.length === 2 && pairIsCode(words[0]?.text ?? '', words[1]?.text ?? ''));
  return alone ? nearMiss('code-in-body', form.trim()) : null;
}

function pairIsCode(first: string, second: string): boolean {
  const near = [nearnessToSend(first), nearnessToSecure(second)];
  return near.every((nearness) => nearness === 'exact' || nearness === 'slip');
}

/** What `read` says about the first two neighbours that it says anything about. */
function readNeighbours<T>(
  words: readonly SubjectWord[],
  read: (first: SubjectWord, second: SubjectWord, index: number) => T | null,
): T | null {
  for (let index = 0; index + 1 < words.length; index++) {
    const [first, second] = [words[index], words[index + 1]];
    if (first === undefined || second === undefined) continue;
    const found = read(first, second, index);
    if (found !== null) return found;
  }
  return null;
}

function nearMiss(kind: NearMiss['kind'], text: string): NearMiss {
  const shown = text.trim().replaceAll(/\s+/gu, ' ');
  return {
    kind,
    text: shown.length > MAX_SHOWN_CHARACTERS ? `${shown.slice(0, MAX_SHOWN_CHARACTERS)}…` : shown,
  };
}
