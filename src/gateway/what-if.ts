/** "What would happen to this message?", connected: the settings in force and what is known of the domain. */
import type { NextHopSetting } from '#src/config/settings.ts';
import { channelState } from '#src/partners/overview.ts';
import {
  domainOf,
  explainMessage,
  type MessageQuestion,
  type RouteName,
  type WhatIf,
} from '#src/partners/what-if.ts';

import type { Core } from './core.ts';
import { currentAcceptanceSettings } from './partner-directory.ts';
import { partnerEntries } from './start-partners.ts';

export async function whatIf(core: Core, question: MessageQuestion): Promise<WhatIf> {
  const { settings, clock, database } = core;
  const { policy, observe } = currentAcceptanceSettings(core);
  const domain = domainOf(question.to);
  return explainMessage(
    question,
    {
      policy,
      observe,
      internalRoute: nameOf(settings.delivery.internalNextHop),
      outsideRoute: routeNameOf(settings.delivery.nextHop),
      fallbackMinutes: settings.delivery.partnerFallbackMinutes,
      holdMinutes: settings.hold.minutes,
    },
    {
      entry: partnerEntries(core).find((entry) => entry.domain === domain) ?? null,
      channel: await channelState(database, domain ?? ''),
      now: clock.now(),
    },
  );
}

function routeNameOf(hop: NextHopSetting): RouteName {
  return hop.kind === 'smarthost'
    ? { kind: 'server', server: `${hop.host}:${hop.port}` }
    : { kind: hop.kind };
}

function nameOf(hop: NextHopSetting): string {
  return hop.kind === 'smarthost' ? `${hop.host}:${hop.port}` : hop.kind;
}
