/**
 * Mail that staff write to the address of a reply from the site: the recipient becomes the person who wrote the reply,
 * and the mail is an answer in a secured thread, whatever its header says. Only the SMTP envelope is looked at.
 */
import { raiseTamperAlarm, type AccountsContext } from '#src/accounts/accounts-context.ts';
import { linkMac } from '#src/accounts/row-mac.ts';
import { equalBytes } from '#src/base/bytes.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { recipientOfReplyAddress } from '#src/protection/secure-message/reply-address.ts';
import type { SmtpRecipient } from '#src/smtp/server/smtp-transaction.ts';

export interface ResolvedRecipients {
  readonly recipients: readonly SmtpRecipient[];
  /** One of them was the address of a reply. */
  readonly answersReply: boolean;
}

type ReplyContext = Pick<AccountsContext, 'database' | 'audit' | 'log'> & {
  readonly keys: Pick<KeyProvider, 'mac'>;
};

/** Every other recipient stays as it is; so does an address of ours that leads to nobody any more: it bounces. */
export async function resolveReplyAddresses(
  recipients: readonly SmtpRecipient[],
  bounceDomain: string | null,
  context: ReplyContext,
): Promise<ResolvedRecipients> {
  if (bounceDomain === null) return { recipients, answersReply: false };
  let answersReply = false;
  const resolved = await Promise.all(
    recipients.map(async (recipient) => {
      const id = recipientOfReplyAddress(context.keys, recipient.address, bounceDomain);
      if (id === null) return recipient;
      answersReply = true;
      const writer = await findWriter(context, id);
      return writer === null ? recipient : { ...recipient, address: writer };
    }),
  );
  return { recipients: resolved, answersReply };
}

/** The keyed hash of the own copy's link binds the row to the address that was signed in. */
async function findWriter(context: ReplyContext, recipientId: string): Promise<MailAddress | null> {
  const row = await context.database.query
    .selectFrom('recipients')
    .select(['messageId', 'address', 'canonicalAddress', 'linkTokenHash', 'linkMac', 'secondChannel'])
    .where('id', '=', recipientId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { messageId, canonicalAddress, linkTokenHash, secondChannel } = row;
  const writer = parseMailAddress(row.address);
  const isOurs =
    row.linkMac !== null &&
    linkTokenHash !== null &&
    writer?.canonical === canonicalAddress &&
    equalBytes(
      linkMac(context.keys, { recipientId, messageId, canonicalAddress, linkTokenHash, secondChannel }),
      row.linkMac,
    );
  if (isOurs) return writer;
  await raiseTamperAlarm(context, { what: 'recipients', messageId, recipientId });
  return null;
}
