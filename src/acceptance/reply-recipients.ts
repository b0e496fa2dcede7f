/**
 * Mail that staff write to the address of a reply from the site: the recipient becomes the person who wrote the reply,
 * and the mail is an answer in a secured thread, whatever its header says. Only the SMTP envelope is looked at.
 */
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { recipientOfReplyAddress } from '#src/protection/secure-message/reply-address.ts';
import type { SmtpRecipient } from '#src/smtp/server/smtp-transaction.ts';
import type { Database } from '#src/storage/database.ts';

export interface ResolvedRecipients {
  readonly recipients: readonly SmtpRecipient[];
  /** One of them was the address of a reply. */
  readonly answersReply: boolean;
}

/** Every other recipient stays as it is, an address of ours whose reply is forgotten too. */
export async function resolveReplyAddresses(
  recipients: readonly SmtpRecipient[],
  bounceDomain: string | null,
  context: { readonly database: Pick<Database, 'query'>; readonly keys: Pick<KeyProvider, 'mac'> },
): Promise<ResolvedRecipients> {
  if (bounceDomain === null) return { recipients, answersReply: false };
  let answersReply = false;
  const resolved = await Promise.all(
    recipients.map(async (recipient) => {
      const id = recipientOfReplyAddress(context.keys, recipient.address, bounceDomain);
      if (id === null) return recipient;
      const writer = await findWriter(context.database, id);
      if (writer === null) return recipient;
      answersReply = true;
      return { ...recipient, address: writer };
    }),
  );
  return { recipients: resolved, answersReply };
}

async function findWriter(database: Pick<Database, 'query'>, recipientId: string) {
  const row = await database.query
    .selectFrom('recipients')
    .select('address')
    .where('id', '=', recipientId)
    .executeTakeFirst();
  return row === undefined ? null : parseMailAddress(row.address);
}
