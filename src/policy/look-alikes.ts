/**
 * Letters that look like those of the code. A reader can't tell them apart, so a subject that shows the code but
 * is written with other characters must not pass as ordinary mail. The table is what the confusables of UTS 39
 * give for s, e, n, d, c, u and r, small or capital, after NFKC and lower case, and what people put for letters
 * on purpose (5, 3, $). Accented letters count as their base letter. Only the letters of the code are mapped.
 */

const LOOK_ALIKES: readonly (readonly [letter: string, alike: string])[] = [
  ['s', '5$ƽѕտꓢꜱꮥꮪ𐊖𐑈𑣁𖼺§'],
  ['e', '3€εеҽ℮⋿ⴹꓰꬲꭼ𐊆𑣆𑣎ɛəєз'],
  ['n', 'νոռⲛꓠ𐔓ηпɴ'],
  ['d', 'ԁᑯᗞᗪꓒꓓꭰꮷðđɖɗᴅ'],
  ['c', '¢сςσᴄⲥꓚꮯ𐊢𐌂𐐽𐔜𑣩𑣲🝌ϲ'],
  ['u', 'ʋυսሀᑌᴜ∪⋃ꓴꞟꭎꭒ𐓶𑣘𖽂μц'],
  ['r', 'ʀгᖇᴦⲅꓣꭇꭈꭱꮁꮢ𐓜𖼵𝈖'],
];

const LETTER_OF = new Map(LOOK_ALIKES.flatMap(([letter, alike]) => [...alike].map((one) => [one, letter])));

/** Capital letters in symbols that NFKC leaves alone: negative circled, negative squared, regional indicators. */
const ENCLOSED_ALPHABETS = [0x1_f150, 0x1_f170, 0x1_f1e6] as const;

const MASKED = /[^\p{ASCII}]|[$35]/gu;

/** A comparable form with each look-alike replaced by the letter it looks like, without marks. Linear. */
export function unmask(form: string): string {
  const letters = new Map<string, string>();
  return form.replaceAll(MASKED, (character) => {
    const known = letters.get(character);
    if (known !== undefined) return known;
    const letter = baseLetter(character);
    letters.set(character, letter);
    return letter;
  });
}

/** The part of the form that `unmask` turned into what stands between two positions of its result. */
export function maskedSlice(form: string, from: number, to: number): string {
  let at = 0;
  let masked = '';
  for (const character of form) {
    const letter = unmask(character);
    if (at >= to && letter !== '') break;
    if (at >= from) masked += character;
    at += letter.length;
  }
  return masked;
}

/** The characters that a right-to-left override shows in reverse: the code typed backwards looks like the code. */
const OVERRIDE = /[\u202b\u202e\u2067]/u;

/** The form as it shows under an override; null where the text has none. */
export function reverseIfOverridden(text: string, form: string): string | null {
  return OVERRIDE.test(text) ? [...form].toReversed().join('') : null;
}

function baseLetter(character: string): string {
  const mapped = LETTER_OF.get(character);
  if (mapped !== undefined) return mapped;
  if (/\p{ASCII}/u.test(character)) return character;
  if (/\p{M}/u.test(character)) return '';
  const [base = character, ...rest] = character.normalize('NFD');
  if (rest.length > 0 && rest.every((mark) => /\p{M}/u.test(mark))) return LETTER_OF.get(base) ?? base;
  return enclosedLetter(character) ?? character;
}

function enclosedLetter(character: string): string | null {
  const code = character.codePointAt(0) ?? 0;
  const first = ENCLOSED_ALPHABETS.find((start) => code >= start && code < start + 26);
  return first === undefined ? null : String.fromCharCode(0x61 + code - first);
}
