/** Every command that the command line can give to a gateway; a part adds its own here. */
import type { AnyControlCommand } from '#src/control/control-command.ts';

import type { Core } from './core.ts';
import { explainCommand } from './commands/explain.ts';
import {
  partnersAgreement,
  partnersImport,
  partnersList,
  partnersProbe,
  partnersRemove,
  partnersSave,
} from './commands/partners.ts';
import { outboundCommand } from './commands/outbound.ts';
import { adminInviteCommand, adminListCommand, adminRevokeCommand } from './commands/admin.ts';
import { queueChangeCommand, queueListCommand, queueShowCommand } from './commands/queue.ts';
import { statusCommand } from './commands/status.ts';

export const controlCommands: readonly AnyControlCommand<Core>[] = [
  statusCommand,
  queueListCommand,
  queueShowCommand,
  queueChangeCommand,
  explainCommand,
  partnersList,
  partnersSave,
  partnersRemove,
  partnersAgreement,
  partnersProbe,
  partnersImport,
  outboundCommand,
  adminInviteCommand,
  adminListCommand,
  adminRevokeCommand,
];
