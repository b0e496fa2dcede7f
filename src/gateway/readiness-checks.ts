/** What the parts of a gateway watch, and the sentences that operators read of it. */
import { MINUTE_MS } from '#src/base/clock.ts';
import { startupNotices } from '#src/config/startup-notices.ts';

import type { Core } from './core.ts';
import { DmarcWatch } from './dmarc-watch.ts';
import { noticeDomains } from './part-settings.ts';
import type { Finding, ReadinessCheck } from './readiness.ts';

const RESERVED = /(?:^|\.)(?:test|example|invalid|localhost|local)$/u;
const STUCK_AFTER_MS = 30 * MINUTE_MS;
/** Domains that a sentence names; the page of partners has them all. */
const DOMAINS_NAMED = 5;

/** What every gateway needs: it can't work without. */
export function foundationChecks(core: Core): readonly ReadinessCheck[] {
  const { database, objects, clock } = core;
  const startedAt = clock.now();
  return [
    {
      name: 'database',
      level: 'failing',
      async look() {
        await database.query.selectFrom('messages').select('id').limit(1).execute();
        return [];
      },
    },
    {
      name: 'disk',
      level: 'failing',
      async look() {
        const { lowDiskBytes } = core.settings.limits;
        const isLow = (await objects.freeBytes()) < lowDiskBytes;
        const text = `Less free disk space than [limits] lowDiskMB in ${core.settings.dataDir}: no mail is taken until there is room.`;
        return isLow ? [{ name: 'disk', text }] : [];
      },
    },
    {
      name: 'queue',
      level: 'failing',
      async look() {
        // What became due while nothing ran is being tried.
        if (clock.now() - startedAt < STUCK_AFTER_MS) return [];
        const stuck = await database.query
          .selectFrom('deliveries')
          .select(['id', 'route'])
          .where('state', '=', 'queued')
          .where('nextAttemptAt', '<', clock.now() - STUCK_AFTER_MS)
          .$if(core.outbound.isStopped, (waiting) => waiting.where('route', '=', 'internal'))
          .limit(1)
          .executeTakeFirst();
        const text = `Deliveries have been due for ${STUCK_AFTER_MS / MINUTE_MS} minutes and were not tried: look at the log, restart the gateway.`;
        return stuck === undefined ? [] : [{ name: 'queue', text }];
      },
    },
  ];
}

/** Those notices of the configuration that matter as long as it runs. */
export function configurationChecks(core: Core): readonly ReadinessCheck[] {
  return [
    {
      name: 'configuration',
      level: 'warnings',
      look: () =>
        startupNotices(core.settings).flatMap(({ name, text }) =>
          name === undefined ? [] : [{ name, text: `${text}.` }],
        ),
    },
  ];
}

/** Of mail that is really sent; nobody can publish records of the names that are kept for tests (RFC 6761). */
export function dmarcChecks(core: Core): readonly ReadinessCheck[] {
  const watch = new DmarcWatch({
    dns: () => core.channels.of(core.settings).dns,
    domains: () => noticeDomains(core.settings).filter((domain) => !RESERVED.test(domain)),
    clock: core.clock,
  });
  return [{ name: 'dmarc', level: 'warnings', look: () => watch.look() }];
}

export function deliveryChecks(core: Core): readonly ReadinessCheck[] {
  return [
    { name: 'outbound-stopped', level: 'warnings', look: () => outboundStopped(core) },
    { name: 'deliveries-held', level: 'warnings', look: () => deliveriesHeld(core) },
    { name: 'outside-port', level: 'warnings', look: () => outsidePortClosed(core) },
  ];
}

export function partnerChecks(core: Core, domains: () => readonly string[]): readonly ReadinessCheck[] {
  return [
    {
      name: 'partners',
      level: 'warnings',
      async look() {
        const known = new Set(domains());
        const broken = (
          await core.database.query
            .selectFrom('partner_warnings')
            .select('domain')
            .where('kind', '=', 'route-broken')
            .orderBy('domain')
            .execute()
        ).filter(({ domain }) => known.has(domain));
        return broken.length === 0 ? [] : [brokenRoutes(broken.map(({ domain }) => domain))];
      },
    },
  ];
}

function brokenRoutes(domains: readonly string[]): Finding {
  const more = domains.length - DOMAINS_NAMED;
  const named = domains.slice(0, DOMAINS_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const text = `The channel to ${named} can't be verified now: mail there becomes secure messages. "sendsecure partners probe" says why.`;
  return { name: 'partner-routes-broken', text };
}

function outboundStopped({ outbound }: Core): readonly Finding[] {
  if (!outbound.isStopped) return [];
  const { changedAt, changedBy, reason } = outbound.current;
  const since = changedAt === null ? '' : ` since ${new Date(changedAt).toISOString()}`;
  const by = changedBy === null ? '' : ` by ${changedBy}`;
  const why = reason === null || reason === '' ? '' : ` (${reason})`;
  const text = `Outgoing mail is stopped${since}${by}${why}: nothing is handed over to the outside until "sendsecure start --outbound".`;
  return [{ name: 'outbound-stopped', text }];
}

/** What waits for the security officer is in good hands and no finding. */
async function deliveriesHeld({ database }: Core): Promise<readonly Finding[]> {
  const rows = await database.query
    .selectFrom('deliveries')
    .select(({ fn }) => ['heldReason', fn.countAll<number>().as('count')])
    .where('state', '=', 'held')
    .groupBy('heldReason')
    .execute();
  const count = (reason: string): number => rows.find(({ heldReason }) => heldReason === reason)?.count ?? 0;
  const [crashed, byOperator] = [count('crashes'), count('operator')];
  const findings: Finding[] = [];
  if (crashed > 0)
    findings.push({
      name: 'deliveries-set-aside',
      text: `${deliveries(crashed)} set aside because processes died with them in hand. "sendsecure queue list --state held" names them; report it, then "queue release" or "queue cancel".`,
    });
  if (byOperator > 0)
    findings.push({
      name: 'deliveries-held',
      text: `${deliveries(byOperator)} held by "sendsecure queue hold"; "queue release" lets them go.`,
    });
  return findings;
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery is' : `${count} deliveries are`;
}

function outsidePortClosed({ outsidePort }: Core): readonly Finding[] {
  const text =
    'Port 25 to the outside seems closed: no mail server answers, and mail waits. Have the firewall or provider open it, or name a smarthost in [delivery] nextHop.';
  return outsidePort.seemsClosed ? [{ name: 'outside-port-closed', text }] : [];
}
