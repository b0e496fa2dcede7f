/**
 * The DKIM signature of a mail that goes to the outside, made when it is sent: whoever waits for 250 waits for no
 * signature, and a key that was changed signs the next attempt. The mail is read once for its hash and once more to
 * be sent. Mail to the inside and relayed mail, unless that is asked for, stay as they are.
 */
import { parseMailAddress } from '#src/base/mail-address.ts';
import { DkimBodyHash } from '#src/mail-auth/dkim-body-hash.ts';
import { signMail, type DkimKey } from '#src/mail-auth/dkim-signer.ts';
import { parseAddressList } from '#src/mime/address-list.ts';
import { headerBlockEnd, parseHeaderFields } from '#src/mime/header-fields.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';

/** Header and trace fields of accepted mail are smaller. */
const MAX_HEADER_BYTES = 1024 * 1024;

export interface MailSigning {
  /** Also mail that we only pass on. */
  readonly signRelayed: boolean;
  /** Keys for an author's domain (A-labels); none: the mail goes unsigned. */
  keysFor(domain: string): readonly DkimKey[];
}

/** DKIM-Signature fields to stand before `mail`, or nothing. */
export async function signatureOf(
  mail: AsyncIterable<Buffer>,
  delivery: Pick<DeliveryRow, 'kind' | 'route'>,
  signing: MailSigning,
  nowMs: number,
): Promise<string> {
  if (delivery.route === 'internal' || (delivery.kind === 'relay' && !signing.signRelayed)) return '';
  const bodyHash = new DkimBodyHash();
  let keys: readonly DkimKey[] | null = null;
  let header: Buffer = Buffer.alloc(0);
  for await (const piece of mail) {
    if (keys !== null) {
      bodyHash.update(piece);
      continue;
    }
    header = Buffer.concat([header, piece]);
    const end = headerBlockEnd(header);
    if (end < 0 && header.length <= MAX_HEADER_BYTES) continue;
    if (end < 0) return '';
    keys = signing.keysFor(authorDomain(header.subarray(0, end)));
    if (keys.length === 0) return '';
    bodyHash.update(header.subarray(end));
    header = header.subarray(0, end);
  }
  keys ??= signing.keysFor(authorDomain(header));
  if (keys.length === 0) return '';
  return signMail({ header, bodyHash: bodyHash.digest(), keys, nowMs });
}

/** The domain of the one From mailbox; '' where it is not clear who wrote (RFC 6376 section 8.15). */
function authorDomain(header: Buffer): string {
  const from = parseHeaderFields(header).filter((field) => field.lowerName === 'from');
  const mailboxes = from.flatMap((field) => parseAddressList(field.rawValue));
  const [mailbox] = mailboxes;
  if (from.length !== 1 || mailboxes.length !== 1 || mailbox === undefined) return '';
  return parseMailAddress(mailbox.address)?.domain ?? '';
}
