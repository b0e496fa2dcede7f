/** A passphrase to offer: four random words, about 40 bits, behind the limits on guessing. */
import type { RandomSource } from '#src/base/identifiers.ts';

import { PASSPHRASE_WORDS } from './passphrase-words.ts';

const WORDS = 4;

export function suggestPassphrase(random: RandomSource): string {
  return Array.from({ length: WORDS }, () => pickWord(random)).join('-');
}

/** Fair: a draw beyond the largest multiple of the list's length is drawn again. */
function pickWord(random: RandomSource): string {
  const fairBelow = Math.floor(0x1_0000 / PASSPHRASE_WORDS.length) * PASSPHRASE_WORDS.length;
  for (;;) {
    const draw = random(2).readUInt16BE(0);
    const word = PASSPHRASE_WORDS[draw % PASSPHRASE_WORDS.length];
    if (draw < fairBelow && word !== undefined) return word;
  }
}
