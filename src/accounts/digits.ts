/** Random digits that people type: every sequence is as likely as every other. */
import type { RandomSource } from '#src/base/identifiers.ts';

const NUMBERS = 0x1_0000_0000;

/** `count`: up to nine. */
export function randomDigits(random: RandomSource, count: number): string {
  const codes = 10 ** count;
  // A number above the largest multiple of all codes would make some of them likelier.
  const fairBelow = Math.floor(NUMBERS / codes) * codes;
  for (;;) {
    const number = random(4).readUInt32BE(0);
    if (number < fairBelow) return String(number % codes).padStart(count, '0');
  }
}
