/** What an author's own messages, and what can be done about them, are given. */
import type { AcceptanceSettings } from '#src/acceptance/settings.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import type { Clock } from '#src/base/clock.ts';
import type { RandomSource } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';
import type { Database } from '#src/storage/database.ts';

export interface Desk {
  readonly database: Database;
  readonly keys: KeyProvider;
  readonly audit: Pick<AuditLog, 'entry'>;
  readonly sealer: Pick<WrittenMailSealer, 'seal'>;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly acceptance: () => AcceptanceSettings;
  /** Raw address of who is told of wrong recipients of this author's messages. */
  readonly privacyOfficer: (author: string) => string;
}

/** Who does something, to which recipient of which message; that the message is theirs was decided before. */
export interface Act {
  readonly messageId: string;
  readonly recipientId: string;
  readonly staffId: string;
}

/** `changed`: somebody or something was first, or it can't be done as things are now. */
export type ActResult = 'done' | 'changed';
