/** What the administration is given in a test: a real database, real partners and people, holds that are counted. */
import { AuditLog } from '#src/audit/audit-log.ts';
import type { AdministrationContext, Officer } from '#src/administration/administration-context.ts';
import { FakeClock } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { silentLog } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { PartnerList } from '#src/partners/partner-list.ts';
import type { HigherRole } from '#src/staff/roles.ts';
import { addAddress, grantRole, registerStaff } from '#src/staff/staff-rows.ts';
import type { Database } from '#src/storage/database.ts';

import { testKeys } from '../partners/partner-list-suite.ts';

export interface AdministrationWorld {
  readonly context: AdministrationContext;
  readonly clock: FakeClock;
  /** Messages that were let out. */
  readonly released: string[];
  configured: readonly string[];
  addOfficer(name: string, ...roles: HigherRole[]): Promise<Officer>;
  /** The audit log: events with their facts. */
  events(): Promise<readonly { event: string; facts: Record<string, unknown> }[]>;
}

export async function openAdministrationWorld(database: Database): Promise<AdministrationWorld> {
  const clock = new FakeClock();
  const audit = new AuditLog({ database, clock });
  const keys = testKeys as unknown as KeyProvider;
  const partners = new PartnerList({ database, keys, audit, clock, log: silentLog });
  await partners.refresh();
  const released: string[] = [];
  const context: AdministrationContext = {
    database,
    keys,
    clock,
    random: systemRandom,
    audit,
    log: silentLog,
    internalDomains: () => ['hospital.test'],
    partners,
    holds: {
      async releaseForOfficer(messageId, also = []) {
        await database.commit(also);
        released.push(messageId);
        return 'done';
      },
      stop: async () => 'done',
    },
    rules: () => ({ encrypt: 'on-code' }),
    timeZone: () => 'UTC',
    isConfigured: (domain) => world.configured.includes(domain),
  };
  const world: AdministrationWorld = {
    context,
    clock,
    released,
    configured: [],
    async addOfficer(name, ...roles) {
      const { staff, statements } = registerStaff(context);
      const address = `${name}.${staff.id.toLowerCase()}@hospital.test`;
      const proof = { kind: 'own', proof: 'invite' } as const;
      await database.commit([
        ...statements,
        ...addAddress(context, staff.id, { canonical: address, raw: address }, proof),
        ...roles.flatMap((role) =>
          grantRole(context, { staffId: staff.id, role, source: 'host', grantedBy: null }),
        ),
      ]);
      return { staffId: staff.id, name: address, roles: new Set(['sender', ...roles]) };
    },
    async events() {
      const rows = await database.query
        .selectFrom('audit_entries')
        .select('entry')
        .orderBy('sequence')
        .execute();
      return rows
        .map(({ entry }) => JSON.parse(entry) as { event: string; facts?: Record<string, unknown> })
        .map(({ event, facts = {} }) => ({ event, facts }));
    },
  };
  return world;
}
