/** The clock of unread messages. */
import { MINUTE_MS } from '#src/base/clock.ts';
import { Reminders } from '#src/reminders/reminders.ts';

import type { Core } from './core.ts';
import { acceptanceSettings } from './part-settings.ts';
import { RepeatingTask } from './repeating-task.ts';

const EVERY_MS = 5 * MINUTE_MS;
const FIRST_AFTER_MS = MINUTE_MS;

export function startReminders(core: Core) {
  const { database, keys, audit, sealer, clock, random, log } = core;
  const reminders = new Reminders({
    settings: () => core.settings.reminders,
    acceptance: () => acceptanceSettings(core.settings),
    database,
    keys,
    audit,
    sealer,
    clock,
    random,
    log,
    onQueued: () => core.onQueued(),
  });
  const timer = new RepeatingTask({
    name: 'reminders',
    everyMs: EVERY_MS,
    firstAfterMs: FIRST_AFTER_MS,
    task: () => reminders.sendDue(),
    log,
  });
  timer.start();
  return { reminders, close: () => timer.stop() };
}
