/** The clock of the daily summaries. */
import { MINUTE_MS } from '#src/base/clock.ts';
import { canSignIn } from '#src/base/sign-in-origin.ts';
import type { Settings } from '#src/config/settings.ts';
import { Summaries, type SummarySettings } from '#src/summaries/summaries.ts';

import type { Core } from './core.ts';
import { oncePerSettings } from './once-per-settings.ts';
import { mainDomain, messagePage } from './part-settings.ts';
import { RepeatingTask } from './repeating-task.ts';
import { sitesOf } from './sites.ts';

const summarySettings = oncePerSettings((settings: Settings): SummarySettings => {
  const { publicUrl } = settings.console;
  return {
    hour: settings.summaries.hour,
    timeZone: settings.organization.timeZone,
    siteOf: (author) => sitesOf(settings).of(author).mail,
    mainDomain: mainDomain(settings),
    consoleUrl: publicUrl,
    messagePage: (messageId) => messagePage(settings, messageId),
    messagesPage: canSignIn(publicUrl) ? `${publicUrl}/messages` : null,
  };
});

export function startSummaries(core: Core) {
  const { database, keys, audit, sealer, clock, random, log, steps } = core;
  const summaries = new Summaries({
    settings: () => summarySettings(core.settings),
    database,
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
    name: 'summaries',
    everyMs: MINUTE_MS,
    task: () => summaries.sendDue(),
    log,
  });
  timer.start();
  return {
    summaries,
    hour: () => core.settings.summaries.hour,
    wake: () => timer.wake(),
    close: () => timer.stop(),
  };
}
