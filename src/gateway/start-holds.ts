/** The clock of held messages. */
import { Holds } from '#src/acceptance/release-hold.ts';
import { SECOND_MS } from '#src/base/clock.ts';

import type { Core } from './core.ts';
import { acceptanceSettings } from './part-settings.ts';
import { RepeatingTask } from './repeating-task.ts';

const HOLDS_EVERY_MS = SECOND_MS;

export function startHolds(core: Core) {
  const { database, objects, keys, audit, sealer, clock, random, log, steps } = core;
  const holds = new Holds({
    settings: () => acceptanceSettings(core.settings),
    database,
    objects,
    keys,
    audit,
    sealer,
    clock,
    random,
    log,
    steps,
    onQueued: () => core.onQueued(),
  });
  const timer = new RepeatingTask({
    name: 'holds',
    everyMs: HOLDS_EVERY_MS,
    task: () => holds.endDue(),
    log,
  });
  timer.start();
  return { holds, close: () => timer.stop() };
}
