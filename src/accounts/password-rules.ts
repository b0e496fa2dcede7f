/**
 * Which passwords are taken (NIST SP 800-63B-4 section 3.1.1.2): a length, and not a common one. No composition,
 * no expiry, no questions. Length counts code points after NFC. Common ones are looked up in a list of breached and
 * frequent passwords that the library ships; words of the product, the organisation and the person are blocked too.
 */
import { dictionary as commonDictionary } from '@zxcvbn-ts/language-common';

export const MAX_PASSWORD_LENGTH = 128;

export type PasswordProblem = 'password-too-short' | 'password-too-long' | 'password-common';

export const PASSWORD_PROBLEM_MESSAGES: Readonly<Record<PasswordProblem, string>> = {
  'password-too-short': 'A password needs more characters. Four words in a row are easy to remember.',
  'password-too-long': `A password may have at most ${MAX_PASSWORD_LENGTH} characters.`,
  'password-common':
    'This password is easy to guess: it is a common one, repeats itself, or is made of the name of this service, the organisation or your address.',
};

const PRODUCT_WORDS = [
  'sendsecure',
  'send',
  'secure',
  'securemessage',
  'message',
  'password',
  'passphrase',
  'passwort',
];
/** What is left of a password after all known words are taken out must still be worth guessing. */
const MIN_LEFT_AFTER_WORDS = 8;
/** Repeating something longer is a passphrase. */
const LONGEST_UNIT = 14;
const MIN_DISTINCT_CHARACTERS = 5;
const MIN_BLOCKED_WORD = 4;

let commonPasswords: ReadonlySet<string> | undefined;

/**
 * Null where the password may be used. `personalWords`: organisation, names, addresses; any form. `minLength`: in code
 * points, see `minPasswordLength`.
 */
export function findPasswordProblem(
  password: string,
  personalWords: readonly string[],
  minLength: number,
): PasswordProblem | null {
  const normal = password.normalize('NFC');
  const length = [...normal].length;
  if (length < minLength) return 'password-too-short';
  if (length > MAX_PASSWORD_LENGTH) return 'password-too-long';
  return isEasyToGuess(normal, personalWords) ? 'password-common' : null;
}

function isEasyToGuess(password: string, personalWords: readonly string[]): boolean {
  const plain = password.toLowerCase();
  const squeezed = plain.replaceAll(/[^\p{L}\p{N}]/gu, '');
  if (isCommon(plain) || isCommon(squeezed) || isCommon(unleet(squeezed))) return true;
  if (new Set(plain).size < MIN_DISTINCT_CHARACTERS) return true;
  const unit = repeatedUnit(squeezed === '' ? plain : squeezed);
  if (unit !== null) return true;
  if (isRun(squeezed)) return true;
  return isMadeOfKnownWords(squeezed, personalWords);
}

function isCommon(word: string): boolean {
  commonPasswords ??= new Set(commonDictionary['passwords-common']);
  return commonPasswords.has(word);
}

/** `passwordpassword` → `password`; null where the text does not repeat one unit that is no password itself. */
function repeatedUnit(text: string): string | null {
  const longest = Math.min(Math.floor(text.length / 2), LONGEST_UNIT);
  for (let size = 1; size <= longest; size++) {
    const unit = text.slice(0, size);
    if (unit.repeat(Math.ceil(text.length / size)).startsWith(text)) return unit;
  }
  return null;
}

const RUNS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
];

/** The whole text runs along the alphabet, the digits or a keyboard, forward or backward. */
function isRun(text: string): boolean {
  if (text.length < MIN_BLOCKED_WORD) return false;
  return RUNS.some((run) => run.includes(text) || [...run].toReversed().join('').includes(text));
}

/** Takes the product's, the organisation's and the person's words out, and common passwords at either end. */
function isMadeOfKnownWords(squeezed: string, personalWords: readonly string[]): boolean {
  const words = [...PRODUCT_WORDS, ...personalWords.flatMap((text) => wordsOf(text))]
    .filter((word) => word.length >= MIN_BLOCKED_WORD)
    .toSorted((a, b) => b.length - a.length);
  let rest = unleet(squeezed);
  for (const word of words) rest = rest.replaceAll(word, '');
  if (rest.length === squeezed.length) return isCommonWithEnding(squeezed);
  return rest.length < MIN_LEFT_AFTER_WORDS || isCommon(rest);
}

/** A long common password followed by a few digits: `iloveyouforever2026`. */
function isCommonWithEnding(squeezed: string): boolean {
  const bare = squeezed.replaceAll(/^\d{1,6}|\d{1,6}$/gu, '');
  return bare.length >= MIN_BLOCKED_WORD && bare !== squeezed && isCommon(bare);
}

function wordsOf(text: string): string[] {
  const plain = text.normalize('NFC').toLowerCase();
  const parts = plain.split(/[^\p{L}\p{N}]+/u);
  return [...parts, parts.join('')].map((word) => unleet(word));
}

const LEET: ReadonlyMap<string, string> = new Map([
  ['0', 'o'],
  ['1', 'l'],
  ['3', 'e'],
  ['4', 'a'],
  ['5', 's'],
  ['7', 't'],
  ['8', 'b'],
]);

/** `p455w0rd` → `password`: the usual digits for letters. */
function unleet(text: string): string {
  return [...text].map((character) => LEET.get(character) ?? character).join('');
}
