/** Rows of new deliveries, as statements of the unit of work that makes them. */
import type { Insertable } from 'kysely';

import type { Clock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { Database, Statement } from '#src/storage/database.ts';
import { insertRows } from '#src/storage/prepared.ts';
import type { DeliveriesTable, DeliveryKind } from '#src/storage/tables.ts';

import { deliveryMac, waitingDeliveryMac } from './delivery-mac.ts';
import { DELIVERY_LIFETIME_MS } from './retry-schedule.ts';

export interface NewDelivery {
  /** The sealed object that holds the mail. */
  readonly messageId: string;
  readonly recipientId: string | null;
  readonly kind: DeliveryKind;
  readonly reversePath: string;
  /** As SMTP gets it. */
  readonly recipient: string;
  readonly domain: string;
  readonly route: 'internal' | 'outside';
  readonly tlsRequirement?: DeliveriesTable['tlsRequirement'];
  readonly urgent?: boolean;
  /** It leaves no earlier (ms). */
  readonly notBefore?: number | undefined;
  /** Set aside from the beginning, and why. */
  readonly held?: DeliveriesTable['heldReason'];
  /** Byte range in the object's content stream; null: all of it. */
  readonly range: { readonly start: number; readonly end: number } | null;
  readonly dsnNotify?: string | null;
  readonly dsnOriginalRecipient?: string | null;
}

export function insertDeliveries(
  query: Database['query'],
  keys: Pick<KeyProvider, 'mac'>,
  clock: Clock,
  deliveries: readonly NewDelivery[],
): Statement[] {
  return insertRows(
    query,
    'deliveries',
    deliveries.map((delivery) => deliveryRow(keys, clock, delivery)),
  );
}

function deliveryRow(
  keys: Pick<KeyProvider, 'mac'>,
  clock: Clock,
  delivery: NewDelivery,
): Insertable<DeliveriesTable> {
  const now = clock.now();
  const target = {
    id: newId(clock),
    messageId: delivery.messageId,
    recipientId: delivery.recipientId,
    kind: delivery.kind,
    reversePath: delivery.reversePath,
    recipient: delivery.recipient,
    domain: delivery.domain,
    route: delivery.route,
    tlsRequirement: delivery.tlsRequirement ?? null,
    rangeStart: delivery.range?.start ?? null,
    rangeEnd: delivery.range?.end ?? null,
  };
  return {
    ...target,
    mac: delivery.held === 'author-limit' ? waitingDeliveryMac(keys, target) : deliveryMac(keys, target),
    state: delivery.held == null ? 'queued' : 'held',
    heldAt: delivery.held == null ? null : now,
    heldReason: delivery.held ?? null,
    attempts: 0,
    nextAttemptAt: Math.max(now, delivery.notBefore ?? now),
    expiresAt: now + DELIVERY_LIFETIME_MS,
    delayReportedAt: null,
    leaseOwner: null,
    leaseUntil: null,
    lastReply: null,
    lastEnhancedStatus: null,
    tlsFacts: null,
    createdAt: now,
    settledAt: null,
    dsnNotify: delivery.dsnNotify ?? null,
    dsnOriginalRecipient: delivery.dsnOriginalRecipient ?? null,
    urgent: delivery.urgent === true ? 1 : 0,
  };
}
