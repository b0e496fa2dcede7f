/** What several parts of a running gateway share, and opening it: keys, database, objects, the audit log. */
import { join } from 'node:path';

import { AuditLog } from '#src/audit/audit-log.ts';
import { type Clock, systemClock } from '#src/base/clock.ts';
import { type RandomSource, systemRandom } from '#src/base/identifiers.ts';
import type { Log } from '#src/base/log.ts';
import { noSteps, type Steps } from '#src/base/steps.ts';
import { Destinations } from '#src/delivery/destinations.ts';
import { OutsidePort } from '#src/delivery/outside-port.ts';
import { mtaStsStore } from '#src/delivery/mta-sts-store.ts';
import type { Settings } from '#src/config/settings.ts';
import { openFileKeyProvider } from '#src/keys/file-key-provider.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { FreshContent } from '#src/queue/fresh-content.ts';
import { type LeaseOwner, leaseOwnerOfThisProcess } from '#src/queue/lease.ts';
import { OutboundSwitch } from '#src/queue/outbound-switch.ts';
import { WrittenMailSealer } from '#src/queue/written-mails.ts';
import type { Database } from '#src/storage/database.ts';
import { openFileObjectStore } from '#src/storage/object-store.ts';
import type { ObjectStore } from '#src/storage/objects.ts';
import { openDatabase } from '#src/storage/open-database.ts';

import { mailSigning } from './mail-signing.ts';
import { configurationChecks, dmarcChecks, foundationChecks } from './readiness-checks.ts';
import { Readiness } from './readiness.ts';
import { PartnerList } from '#src/partners/partner-list.ts';
import { siteLogos } from './site-logos.ts';
import { Channels, type MailNetwork } from './verified-channels.ts';

export interface GatewayOptions {
  readonly settings: Settings;
  readonly log: Log;
  readonly version: string;
  /** Folder of the built browser code. */
  readonly webFolder: string;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly steps?: Steps;
  /** Default: the Internet. */
  readonly network?: MailNetwork;
  /** Instead of the database that the settings name: the fault tests put one before it that fails. */
  readonly openDatabase?: typeof openDatabase;
}

/** What several parts share. */
export interface Core {
  settings: Settings;
  readonly options: GatewayOptions;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly steps: Steps;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly keys: KeyProvider;
  readonly audit: AuditLog;
  readonly sealer: WrittenMailSealer;
  readonly partners: PartnerList;
  readonly channels: Channels;
  readonly fresh: FreshContent;
  /** Which domains can't be reached, and whether any can. */
  readonly destinations: Destinations;
  readonly outsidePort: OutsidePort;
  readonly outbound: OutboundSwitch;
  readonly leaseOwner: LeaseOwner;
  /** Where parts say what they watch. */
  readonly readiness: Readiness;
  /** Wakes the deliverer; set when it starts. */
  onQueued: () => void;
  /** Drops the content key that delivery may hold of a message; set when it starts. */
  forgetContent: (messageId: string) => void;
}

const ROLES = new Set(['receive', 'deliver', 'portal'] as const);

/** Throws what opening keys, database or objects throws; each says what to do. */
export async function openCore(options: GatewayOptions): Promise<Core> {
  const { settings, log } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const open = options.openDatabase ?? openDatabase;
  const database = await open({ setting: settings.storage.database, dataDir: settings.dataDir, log });
  try {
    const keys = await openFileKeyProvider({
      keysDir: settings.keysDir,
      dataDir: settings.dataDir,
      roles: ROLES,
      clock,
      log,
      random,
      expectExisting: await hasMessages(database),
    });
    // A key that is configured and can't be used stops the start.
    mailSigning(settings);
    siteLogos(settings);
    const objects = await openFileObjectStore({ folder: join(settings.dataDir, 'objects'), log });
    const fresh = new FreshContent(clock);
    const audit = new AuditLog({ database, clock, random });
    const partners = new PartnerList({ database, keys, audit, clock, log });
    await partners.refresh();
    const core: Core = {
      settings,
      options,
      log,
      clock,
      random,
      steps: options.steps ?? noSteps,
      database,
      objects,
      keys,
      audit,
      outbound: new OutboundSwitch({ database, keys, audit, clock, log }),
      leaseOwner: leaseOwnerOfThisProcess(clock.now()),
      readiness: new Readiness({ log }),
      partners,
      channels: new Channels({
        clock,
        log,
        network: options.network,
        policies: mtaStsStore({ database, keys, log }),
        managed: (domain) => partners.snapshot.partners.get(domain) ?? null,
      }),
      sealer: new WrittenMailSealer({
        database,
        objects,
        keys,
        clock,
        random,
        fresh,
        internalDomains: () => core.settings.organization.domains,
      }),
      fresh,
      destinations: new Destinations({ clock }),
      outsidePort: new OutsidePort({ clock, log }),
      onQueued: () => {},
      forgetContent: () => {},
    };
    core.readiness.register(...foundationChecks(core), ...configurationChecks(core), ...dmarcChecks(core));
    return core;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Messages were sealed with keys: then a missing key folder is a loss to be mended, not a first start. */
async function hasMessages({ query }: Database): Promise<boolean> {
  return (await query.selectFrom('messages').select('id').limit(1).executeTakeFirst()) !== undefined;
}
