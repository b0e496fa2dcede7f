/**
 * From a finished draft to an accepted reply: its files are checked, scanned, and sent with the text in the transaction
 * that ends the draft. Where the scanner gives no verdict nothing is sent: the reply waits as it is.
 */
import { parseMailAddress } from '#src/base/mail-address.ts';
import { isInternalDomain } from '#src/policy/domains.ts';

import { acceptReply, type FinishedReply, type ReplyTools } from './accept-reply.ts';
import { readyFiles, scanFiles } from './check-files.ts';
import type { ReplyFile } from './compose-reply.ts';
import { endDraft, type Draft, type DraftsContext } from './drafts.ts';
import { FileRefused, type UploadRules } from './upload-rules.ts';
import { letWait, takeBack } from './waiting-reply.ts';
import type { WrittenText } from './written-text.ts';

export interface ReplyToSend extends Omit<FinishedReply, 'files'> {
  readonly files: WrittenText['files'];
  /** The message that is answered, and the address at which its writer got it. */
  readonly answers: { readonly messageId: string; readonly address: string };
}

export type SendContext = ReplyTools & DraftsContext;

export type SentReply = { readonly kind: 'sent'; readonly messageId: string } | { readonly kind: 'waiting' };

/**
 * Throws FileRefused: the draft is one again, where it waited; ExpectationFailed where it was sent, thrown away or
 * taken back meanwhile; what the database and the object store throw (then nothing was sent).
 */
export async function sendReply(reply: ReplyToSend, draft: Draft, context: SendContext): Promise<SentReply> {
  if (reply.files.length === 0) return accept(reply, [], draft, context);
  const rules = requireRules(reply, context);
  const files = await readyFiles(context.database, draft, reply.files, rules);
  const scanned = await scanFiles(files, rules.scanner);
  switch (scanned.kind) {
    case 'clean':
      return accept(reply, files, draft, context);
    case 'infected':
      await context.database.commit([
        takeBack(context, draft, scanned.file),
        refusedEntry(reply, draft, context, {
          why: 'file-infected',
          file: scanned.file,
          signature: scanned.signature,
        }),
      ]);
      throw new FileRefused('file-infected', scanned.file);
    case 'not-scanned':
      context.log.warn('files were not scanned; the answer waits', { code: scanned.why });
      if (draft.waitingSince === null)
        await context.database.commit([
          letWait(context, draft, reply),
          context.audit.entry({
            event: 'reply-waits',
            accountId: draft.accountId,
            facts: { ...answered(reply), why: scanned.why },
          }),
        ]);
      return { kind: 'waiting' };
  }
}

/** The audit entry for a reply that goes back to its writer. */
export function refusedEntry(
  reply: ReplyToSend,
  { accountId }: Draft,
  context: Pick<SendContext, 'audit'>,
  facts: Readonly<Record<string, string | number>>,
) {
  return context.audit.entry({ event: 'reply-refused', accountId, facts: { ...answered(reply), ...facts } });
}

/** The filter inside sees nothing of what goes to people outside: they get no file that nobody scanned. */
function requireRules({ to, cc }: ReplyToSend, { uploads, settings }: SendContext): UploadRules {
  const rules = uploads();
  if (rules === null) throw new FileRefused('uploads-off');
  const { internalDomains } = settings().policy;
  const isInside = (address: string): boolean =>
    isInternalDomain(parseMailAddress(address)?.domain ?? '', internalDomains);
  if (rules.scanner === null && ![...to, ...cc].every(isInside)) throw new FileRefused('files-outside');
  return rules;
}

async function accept(
  reply: ReplyToSend,
  files: readonly ReplyFile[],
  draft: Draft,
  context: SendContext,
): Promise<SentReply> {
  const recipients = reply.to.length + reply.cc.length;
  const messageId = await acceptReply(
    { ...reply, files },
    (id) => [
      endDraft(context, draft),
      context.audit.entry({
        event: 'reply-sent',
        messageId: id,
        accountId: draft.accountId,
        facts: { ...answered(reply), recipients, files: files.length },
      }),
    ],
    context,
  );
  return { kind: 'sent', messageId };
}

function answered({ answers }: ReplyToSend) {
  return { answers: answers.messageId, address: answers.address };
}
