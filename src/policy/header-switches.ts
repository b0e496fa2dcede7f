/**
 * Header fields with which mail programs and filters tell other products to encrypt. A site that comes from one of
 * them has add-ins, scanners and applications that still set these fields, so here they count as the code does. They
 * are settings between the author and a gateway: taken off before a mail goes on, unless it is only observed (then
 * the product behind us may still need them).
 *
 * The list holds what Cisco documents for its encryption (technotes 118751 and 119424, "encryption headers"): fields
 * that only say something about a mail that is to be encrypted, so being there is asking for it, whatever the value.
 */
import { WISH_FIELD_NAMES } from './wish-fields.ts';

export const HEADER_SWITCHES: ReadonlySet<string> = new Set([
  'x-postx-reply-enabled',
  'x-postx-reply-all-enabled',
  'x-postx-forward-enabled',
  'x-postx-send-return-receipt',
  'x-postx-expirationdate',
  'x-postx-readnotificationdate',
  'x-postx-suppress-applet-for-open',
  'x-postx-use-script',
  'x-postx-remember-envelope-key-checkbox',
]);

/** `lowerNames`: names of the mail's header fields, lower case. Our own fields that say how count as well. */
export function hasHeaderSwitch(lowerNames: Iterable<string>): boolean {
  for (const name of lowerNames) if (HEADER_SWITCHES.has(name) || WISH_FIELD_NAMES.has(name)) return true;
  return false;
}
