/** An address as someone with only a link may see it. */
import { maskMailAddress, parseMailAddress } from '#src/base/mail-address.ts';

export function maskedAddress(address: string): string {
  const parsed = parseMailAddress(address);
  return parsed === null ? '•••' : maskMailAddress(parsed);
}
