/**
 * Tells whether a subject carries the code `send secure`, or one that the organisation added. The input is decoded (RFC 2047) and unfolded already;
 * here it is brought into the one form that is compared: compatibility forms folded (NFKC), invisible characters
 * dropped, lower case. Wherever a character could be read in two ways, the reading that protects wins.
 * Knows nothing of mails, recipients or what follows from the answer. Linear in the length of the subject.
 */

/** The words of a code in comparable form, in order; between them white space or nothing. */
export type SubjectCode = readonly string[];

export const BUILT_IN_CODE: SubjectCode = ['send', 'secure'];

/**
 * Marks beyond this many in a row are dropped before normalising, as in the Stream-Safe Text Format (UAX 15):
 * putting an endless run of marks into canonical order takes time in the square of its length. The two half-width
 * kana marks are letters that decompose to marks.
 */
const LONG_RUN_OF_MARKS = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/** Ligatures of whole phrases, up to 18 letters each: one letter is enough to know that they are no code. */
const LONG_LIGATURES = /[\ufdfa\ufdfb]/gu;

/** Characters without width: format characters (Cf), variation selectors and other default ignorable ones. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Characters that show as nothing but a gap, though Unicode doesn't call them white space: fillers, empty braille. */
const BLANK = /[\u115f\u1160\u2800\u3164\uffa0]/gu;

const CONTROL = /\p{Cc}/gu;
const CONTROL_BUT_WHITE_SPACE = /(?!\s)\p{Cc}/gu;
const WHITE_SPACE = /\s/u;
const JOINING = /[\p{L}\p{N}_]/u;
const MARK = /\p{M}/u;
/** What people put between the code and their subject. */
const SIGN = /[\s:,;|–—-]/u;

/** A code as somebody writes it into the configuration, in the form in which subjects are compared. */
export function parseSubjectCode(text: string): SubjectCode {
  return splitAtWhiteSpace(comparableForm(text).replaceAll(CONTROL, ' '));
}

/** True where the subject, or what is left of it without control characters, has a code as words of its own. */
export function carriesCode(decodedSubject: string, further: readonly SubjectCode[] = []): boolean {
  return formCarriesCode(comparableForm(decodedSubject), further);
}

/** As `carriesCode`, for a text that `comparableForm` gave. */
export function formCarriesCode(form: string, further: readonly SubjectCode[] = []): boolean {
  return hasCodeOf(form, BUILT_IN_CODE) || further.some((code) => hasCodeOf(form, code));
}

function hasCodeOf(form: string, code: SubjectCode): boolean {
  const withGaps = form.replaceAll(CONTROL, ' ');
  if (hasCode(withGaps, code)) return true;
  const closedUp = form.replaceAll(CONTROL_BUT_WHITE_SPACE, '');
  return closedUp.length !== form.length && hasCode(closedUp, code);
}

function splitAtWhiteSpace(form: string): SubjectCode {
  return form.split(/\s+/u).filter((word) => word !== '');
}

/**
 * The form in which subjects are compared: NFKC, nothing invisible, lower case. Control characters stay. Lower
 * case is case folding as far as the letters of the code go: NFKC has made the long s (U+017F) an s before.
 */
export function comparableForm(text: string): string {
  return text
    .replaceAll(LONG_RUN_OF_MARKS, '$1')
    .replaceAll(LONG_LIGATURES, '\u0644')
    .replaceAll(BLANK, ' ')
    .replaceAll(INVISIBLE, '')
    .normalize('NFKC')
    .replaceAll(INVISIBLE, '')
    .toLowerCase();
}

/**
 * The subject without its first code, for people who need not know of it. Where another form is compared than what
 * stands there (letters of other widths, invisible ones), it is left as it is.
 */
export function withoutCode(decodedSubject: string, further: readonly SubjectCode[] = []): string {
  const form = comparableForm(decodedSubject);
  if (form.length !== decodedSubject.length) return decodedSubject;
  for (const code of [BUILT_IN_CODE, ...further]) {
    const place = codePlaces(form, code).next().value;
    if (place === undefined) continue;
    const rest = `${decodedSubject.slice(0, place.from)} ${decodedSubject.slice(place.to)}`;
    return trimSigns(rest.replace('( )', '').replace('[ ]', ''));
  }
  return decodedSubject;
}

function trimSigns(text: string): string {
  const isSign = (at: number): boolean => SIGN.test(text.charAt(at));
  let from = 0;
  let to = text.length;
  while (from < to && isSign(from)) from++;
  while (to > from && isSign(to - 1)) to--;
  return text.slice(from, to);
}

function hasCode(form: string, code: SubjectCode): boolean {
  return !codePlaces(form, code).next().done;
}

/** Where the code begins and ends, at each place where a comparable form has it as words of its own. */
export function* codePlaces(
  form: string,
  code: SubjectCode,
): Generator<{ readonly from: number; readonly to: number }, undefined> {
  const [first = ''] = code;
  if (first === '') return undefined;
  let from = form.indexOf(first);
  while (from !== -1) {
    const to = endOfCode(form, from, code);
    if (to !== -1 && isFree(form, from, to)) yield { from, to };
    from = form.indexOf(first, from + 1);
  }
  return undefined;
}

/** Where the code that begins at `from` ends; -1 where another word follows. */
function endOfCode(form: string, from: number, code: SubjectCode): number {
  let at = from;
  for (const [index, word] of code.entries()) {
    if (index > 0) at = endOfWhiteSpace(form, at);
    if (!form.startsWith(word, at)) return -1;
    at += word.length;
  }
  return at;
}

function endOfWhiteSpace(form: string, from: number): number {
  let at = from;
  while (at < form.length && WHITE_SPACE.test(form.charAt(at))) at++;
  return at;
}

/**
 * True where neither end of the range touches a letter, a digit or `_`; marks belong to the letter before them. An
 * end of the code that is a sign itself (`[secure]`) may touch anything.
 */
function isFree(form: string, from: number, to: number): boolean {
  return isFreeBehind(form, to) && isFreeBefore(form, from);
}

function isFreeBehind(form: string, to: number): boolean {
  const after = codePointAt(form, to);
  if (MARK.test(after)) return false;
  return !JOINING.test(after) || !endsInWord(form, to);
}

function isFreeBefore(form: string, from: number): boolean {
  if (!JOINING.test(codePointAt(form, from))) return true;
  let at = from;
  let before = codePointBefore(form, at);
  while (MARK.test(before)) {
    at -= before.length;
    before = codePointBefore(form, at);
  }
  return !JOINING.test(before);
}

function endsInWord(form: string, to: number): boolean {
  const last = codePointBefore(form, to);
  return JOINING.test(last) || MARK.test(last);
}

function codePointAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? '' : String.fromCodePoint(code);
}

function codePointBefore(text: string, index: number): string {
  if (index === 0) return '';
  const low = text.charCodeAt(index - 1);
  const isPair = low >= 0xdc_00 && low <= 0xdf_ff && index > 1;
  const high = isPair ? text.charCodeAt(index - 2) : 0;
  return isPair && high >= 0xd8_00 && high <= 0xdb_ff ? text.slice(index - 2, index) : text.charAt(index - 1);
}
