/** Which copy a notice announced: by its code and the address it went to, which must belong together. */
import { hashMessageCode } from '#src/accounts/link-tokens.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import { parseMessageCode } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';

import type { PortalContext } from '../portal-context.ts';
import { requireManifest, SealBroken } from './content-key.ts';
import { findCopiesByCode, findCopyByLink, type Copy } from './copy.ts';

/** What can't be a code or an address is looked up all the same. A forged row is no notice of ours. */
export async function findNotice(
  portal: PortalContext,
  typed: { code: string; address: string },
): Promise<Copy | null> {
  const code = parseMessageCode(typed.code) ?? '';
  const address = parseMailAddress(typed.address.trim())?.canonical ?? '';
  try {
    const copies = await findCopiesByCode(portal, hashMessageCode(portal.keys, code), address);
    const [copy] = copies;
    // The code comes from the row's id: a hash that was copied onto another row makes no notice of it.
    if (copy === undefined || messageCodeOf(portal.keys, copy.recipient.id) !== code) return null;
    requireManifest(portal, copy);
    return copy;
  } catch (error) {
    if (error instanceof RowForged || error instanceof SealBroken) return null;
    throw error;
  }
}

/** The copy to which a link of a notice leads; null for a link that we did not mail. A forged row is none of ours. */
export async function findLinkedNotice(portal: PortalContext, token: string): Promise<Copy | null> {
  try {
    const copy = await findCopyByLink(portal, token);
    if (copy !== null) requireManifest(portal, copy);
    return copy;
  } catch (error) {
    if (error instanceof RowForged || error instanceof SealBroken) return null;
    throw error;
  }
}
