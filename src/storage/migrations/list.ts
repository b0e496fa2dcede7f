/** Every migration, oldest first. A released one is never changed, removed or moved: a further one mends it. */
import type { Migration } from './migration.ts';
import { firstTables } from './0001-first-tables.ts';
import { partnerDirectory } from './0002-partner-directory.ts';
import { observedDecisions } from './0003-observed-decisions.ts';
import { outboundRouting } from './0004-outbound-routing.ts';
import { draftTables } from './0005-drafts.ts';
import { queueOperation } from './0006-queue-operation.ts';
import { staffTables } from './0007-staff.ts';
import { tlsReports } from './0008-tls-reports.ts';
import { submission } from './0009-submission.ts';
import { reminders } from './0010-reminders.ts';
import { authorLimits } from './0011-author-limits.ts';
import { authorsMessages } from './0012-authors-messages.ts';
import { waitingReplies } from './0013-waiting-replies.ts';
import { copiesByMessage } from './0014-copies-by-message.ts';
import { accountPage } from './0015-account-page.ts';
import { askedAtSending } from './0017-asked-at-sending.ts';
import { administration } from './0020-administration.ts';
import { recipientsCredentials } from './0021-recipients-credentials.ts';
import { knownRecipientsByAge } from './0025-known-recipients-by-age.ts';
import { accessRequests } from './0026-access-requests.ts';
import { officersPages } from './0028-officers-pages.ts';
import { secondChannel } from './0028-second-channel.ts';
import { addressAccess } from './0029-address-access.ts';
import { readingChoices } from './0031-reading-choices.ts';
import { summaries } from './0032-summaries.ts';
import { handOverCodes } from './0034-hand-over-codes.ts';

export const migrations: readonly Migration[] = [
  firstTables,
  partnerDirectory,
  observedDecisions,
  outboundRouting,
  draftTables,
  queueOperation,
  staffTables,
  tlsReports,
  submission,
  reminders,
  authorLimits,
  authorsMessages,
  waitingReplies,
  copiesByMessage,
  accountPage,
  askedAtSending,
  administration,
  recipientsCredentials,
  knownRecipientsByAge,
  accessRequests,
  officersPages,
  secondChannel,
  addressAccess,
  readingChoices,
  summaries,
  handOverCodes,
];
