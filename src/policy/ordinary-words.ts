/**
 * Words that stand one slip away from `send` or `secure` and that people write on purpose, in English and Spanish,
 * and words that contain a key word without being meant as the code. A near miss is a word that nobody would write:
 * these are the ones that somebody would. Dictionary words that hardly anybody uses (sned, sind, synd, shend) are
 * left out on purpose: in front of `secure` they are far more often a slip of the finger.
 */

/** One dropped, added, swapped or replaced letter away from `send`: English, Spanish, and a web framework. */
export const ORDINARY_NEAR_SEND = wordSet(
  'sent sends spend bend lend mend tend fend vend rend wend pend end sand seed',
  'senda seno sena sed',
  'zend',
);

/** One slip away from `secure`. */
export const ORDINARY_NEAR_SECURE = wordSet('secured secures securer');

/** Longer words that begin or end with `send` and are not the code glued to something. */
export const ORDINARY_WITH_SEND = wordSet(
  'sends sender senders sending sendings sendoff sendoffs sendable missend godsend godsends',
  'senda sendas sendos sendero senderos',
  'townsend gravesend wallsend sendai sendmail sendgrid',
);

/** Longer words that end with `secure` and mean something else, mostly its opposite. */
export const ORDINARY_WITH_SECURE = wordSet('insecure unsecure nonsecure biosecure cybersecure');

/** Directly before `secure` in `send … secure`: it is what something is, or what something helps to do. */
export const ORDINARY_BEFORE_SECURE = wordSet('is are be was were been how helps');

function wordSet(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(' ')));
}
