/** Rows with every column set, for tests of the database. */
import type { Insertable, Selectable } from 'kysely';

import type { DeliveriesTable, MessagesTable } from '#src/storage/tables.ts';

export function messageRow(
  id: string,
  values: Partial<Selectable<MessagesTable>> = {},
): Selectable<MessagesTable> {
  return {
    id,
    purpose: 'submitted',
    aboutMessageId: null,
    acceptedAt: 1,
    reversePath: 'author@hospital.example',
    authorAddress: null,
    fromAddress: null,
    traceFields: 'Received: from a.hospital.example',
    originalMessageId: null,
    wantsDisposition: 0,
    submitterAddress: '127.0.0.1',
    submitterProof: 'network',
    submitterName: null,
    requireTls: null,
    holdFor: null,
    authorCanonical: null,
    authorMac: null,
    sizeBytes: 1,
    body: '7bit',
    smtputf8: 0,
    dsnReturn: null,
    dsnEnvelopeId: null,
    objectStorage: 'inline',
    objectName: null,
    objectBytes: Buffer.from('x'),
    objectLength: 1,
    layout: '{}',
    manifest: null,
    deskListEntry: null,
    listEntry: null,
    holdUntil: null,
    holdTokenHash: null,
    keptUntil: null,
    ...values,
  };
}

export function deliveryRow(
  id: string,
  values: Partial<Insertable<DeliveriesTable>> & { messageId: string },
): Insertable<DeliveriesTable> {
  return {
    id,
    kind: 'relay',
    reversePath: 'author@hospital.example',
    recipient: 'anna@outside.test',
    domain: 'outside.test',
    route: 'outside',
    state: 'queued',
    attempts: 0,
    nextAttemptAt: 1,
    expiresAt: 1_000_000,
    createdAt: 1,
    mac: Buffer.alloc(32),
    ...values,
  };
}
