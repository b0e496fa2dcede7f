/** Staff sign-in, connected: mails of links through the internal route, and what the configuration says. */
import { NetworkList } from '#src/base/network-list.ts';
import type { Settings } from '#src/config/settings.ts';
import type { MetricsAccess } from '#src/console/metrics-access.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderStaffLink } from '#src/notification/staff-link.ts';
import type { LinkMailer } from '#src/staff/mailed-links.ts';
import type { StaffContext } from '#src/staff/staff-context.ts';
import { MAILED_LINK_MS } from '#src/staff/staff-links.ts';
import { createStaff, type Staff, type StaffOptions } from '#src/staff/staff.ts';
import type { Database } from '#src/storage/database.ts';

import type { Core } from './core.ts';
import { oncePerSettings } from './once-per-settings.ts';
import { mainDomain } from './part-settings.ts';
import { readSecret } from './read-secret.ts';
import { sitesOf } from './sites.ts';

const SHORTEST_TOKEN = 16;

/** `database`: what queues a mail wakes delivery, where this process delivers. */
export function staffContext(core: Core, database: Database = core.database): StaffContext {
  const { keys, clock, random, audit, log } = core;
  const internalDomains = () => core.settings.organization.domains;
  return { database, keys, clock, random, audit, log, internalDomains };
}

export function openStaff(core: Core, database: Database): Staff {
  const { publicUrl } = core.settings.console;
  const site = new URL(publicUrl);
  return createStaff(staffContext(core, database), {
    mailer: linkMailer(core),
    passkeySite: {
      rpId: site.hostname,
      origin: site.origin,
      name: () => `${core.settings.organization.name}: Send Secure`,
    },
    oidc: oidcOf(core.settings),
  });
}

/** Changes of the provider take effect with a restart. Throws CodedError `oidc-secret`. */
function oidcOf({ console: { oidc, publicUrl } }: Settings): StaffOptions['oidc'] {
  if (oidc === null) return null;
  return {
    ...oidc,
    clientSecret: readSecret(oidc.clientSecretFile, 1, 'oidc-secret'),
    redirectUri: `${new URL(publicUrl).origin}/sign-in/oidc/callback`,
  };
}

function linkMailer(core: Core): LinkMailer {
  const paths = { 'sign-in': '/sign-in/link/', 'add-address': '/account/addresses/' } as const;
  return {
    async statementsForLink({ to, token, purpose, path }) {
      const { settings, clock, random, sealer } = core;
      const query = purpose === 'sign-in' && path !== '/' ? `?to=${encodeURIComponent(path)}` : '';
      const mail = renderStaffLink(sitesOf(settings).of(to).mail, {
        messageIdField: newMessageIdField(mainDomain(settings), random),
        dateMs: clock.now(),
        to,
        purpose,
        url: `${settings.console.publicUrl}${paths[purpose]}${token}${query}`,
        validUntilMs: clock.now() + MAILED_LINK_MS,
      });
      return sealer.seal([{ kind: 'staff-link', mail, recipientId: null, reversePath: '' }], null);
    },
  };
}

/** Null: from everywhere. */
export const consoleNetworks = oncePerSettings(({ console: { networks } }: Settings) =>
  networks.length === 0 ? null : new NetworkList(networks),
);

/** Throws CodedError `metrics-token` where the file can't be read or holds too short a token. */
export const metricsAccess = oncePerSettings(({ console }: Settings): MetricsAccess => {
  const networks = new NetworkList(console.metricsNetworks);
  if (console.metricsTokenFile === null) return { networks, token: null };
  return { networks, token: readSecret(console.metricsTokenFile, SHORTEST_TOKEN, 'metrics-token') };
});
