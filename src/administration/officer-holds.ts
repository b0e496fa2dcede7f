/** Messages that passed a limit of their author, as officers see them: who, to whom, until when; never content. */
import type { AdministrationContext, Officer } from './administration-context.ts';
import { ordinaryRecipients } from './look-at-change.ts';

export interface OfficerHold {
  readonly messageId: string;
  readonly author: string;
  readonly acceptedAt: number;
  /** Then it goes back to its author. */
  readonly endsAt: number;
  readonly recipients: readonly { readonly address: string; readonly asOrdinaryMail: boolean }[];
}

const SHOWN = 100;

/** Those that end first come first. */
export async function listOfficerHolds({ database }: AdministrationContext): Promise<readonly OfficerHold[]> {
  const messages = await database.query
    .selectFrom('messages')
    .select(['id', 'authorAddress', 'reversePath', 'acceptedAt', 'holdUntil'])
    .where('holdUntil', 'is not', null)
    .where('holdFor', '=', 'officer')
    .orderBy('holdUntil')
    .limit(SHOWN)
    .execute();
  const holds: OfficerHold[] = [];
  for (const { id, authorAddress, reversePath, acceptedAt, holdUntil } of messages) {
    const ordinary = new Set(await ordinaryRecipients(database, id));
    const rows = await database.query
      .selectFrom('recipients')
      .select('address')
      .where('messageId', '=', id)
      .where('state', '=', 'held')
      .orderBy('id')
      .execute();
    holds.push({
      messageId: id,
      author: authorAddress ?? reversePath,
      acceptedAt,
      endsAt: holdUntil ?? acceptedAt,
      recipients: rows.map(({ address }) => ({ address, asOrdinaryMail: ordinary.has(address) })),
    });
  }
  return holds;
}

/** Nothing leaves; the author is told. That takes one officer. False where the hold was over. */
export async function stopHold(
  { holds, audit }: AdministrationContext,
  officer: Officer,
  messageId: string,
  reason: string,
): Promise<boolean> {
  const facts = { by: officer.staffId, why: reason };
  const entry = audit.entry({ event: 'officer-stopped-hold', messageId, facts });
  return (await holds.stop(messageId, 'officer-stopped', [entry])) === 'done';
}
