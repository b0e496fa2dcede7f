/** `/metrics` in Prometheus' text format: the process, the queue, and what became of messages. No addresses. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

import type { Database } from '#src/storage/database.ts';

export interface Metrics {
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function createMetrics(database: Pick<Database, 'query'>): Metrics {
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
  return {
    async read() {
      await countDeliveries(database, deliveries);
      await countRecipients(database, recipients);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
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
