/** `/metrics` in Prometheus' text format: the process, the queue, and what became of messages. No addresses. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

import type { Database } from '#src/storage/database.ts';

export interface Metrics {
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** What the process knows of the ways out. */
export interface WaysOut {
  readonly outsidePortSeemsClosed: boolean;
  readonly unreachableDomains: number;
}

export function createMetrics(database: Pick<Database, 'query'>, waysOut: () => WaysOut): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const deliveries = new Gauge({
    name: 'sendsecure_deliveries',
    help: 'Deliveries by state and kind',
    labelNames: ['state', 'kind'],
    registers: [registry],
  });
  const recipients = new Gauge({
    name: 'sendsecure_recipients',
    help: 'Recipients of submitted messages by state and protection',
    labelNames: ['state', 'protection'],
    registers: [registry],
  });
  addWaysOut(registry, waysOut);
  return {
    async read() {
      await countDeliveries(database, deliveries);
      await countRecipients(database, recipients);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

function addWaysOut(registry: Registry, waysOut: () => WaysOut): void {
  const gauge = (name: string, help: string, read: (found: WaysOut) => number): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read(waysOut()));
      },
    });
    registry.registerMetric(metric);
  };
  gauge(
    'sendsecure_outside_port_closed',
    '1 where port 25 to the outside seems to be closed',
    ({ outsidePortSeemsClosed }) => Number(outsidePortSeemsClosed),
  );
  gauge(
    'sendsecure_unreachable_domains',
    'Domains whose mail servers can not be reached now',
    ({ unreachableDomains }) => unreachableDomains,
  );
}

async function countDeliveries({ query }: Pick<Database, 'query'>, gauge: Gauge): Promise<void> {
  const rows = await query
    .selectFrom('deliveries')
    .select(({ fn }) => ['state', 'kind', fn.countAll<number>().as('count')])
    .groupBy(['state', 'kind'])
    .execute();
  gauge.reset();
  for (const { state, kind, count } of rows) gauge.set({ state, kind }, count);
}

async function countRecipients({ query }: Pick<Database, 'query'>, gauge: Gauge): Promise<void> {
  const rows = await query
    .selectFrom('recipients')
    .select(({ fn }) => ['state', 'protection', fn.countAll<number>().as('count')])
    .groupBy(['state', 'protection'])
    .execute();
  gauge.reset();
  for (const { state, protection, count } of rows) gauge.set({ state, protection }, count);
}
