/** What the parts of `accounts` are given, and how they say that a row was tampered with. */
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Database } from '#src/storage/database.ts';

export interface AccountsContext {
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly log: Log;
}

export interface Tampering {
  /** Table, or what of a message did not verify. */
  readonly what: string;
  readonly rowKey?: string;
  readonly messageId?: string | null;
  readonly recipientId?: string | null;
  readonly accountId?: string | null;
}

/** Audit entry and an error in the log. Never throws: the refusal that follows must not depend on it. */
export async function raiseTamperAlarm(
  context: Pick<AccountsContext, 'database' | 'audit' | 'log'>,
  tampering: Tampering,
): Promise<void> {
  context.log.error('stored data was not written by this product: access denied', {
    code: 'tamper-detected',
    step: tampering.what,
    ...(tampering.messageId != null && { queueId: tampering.messageId }),
    ...(tampering.accountId != null && { accountId: tampering.accountId }),
  });
  try {
    await context.database.commit([
      context.audit.entry({
        event: 'tamper-detected',
        messageId: tampering.messageId ?? null,
        recipientId: tampering.recipientId ?? null,
        accountId: tampering.accountId ?? null,
        facts: { what: tampering.what, ...(tampering.rowKey !== undefined && { row: tampering.rowKey }) },
      }),
    ]);
  } catch (error) {
    context.log.error('the tamper alarm could not be recorded', { error });
  }
}
