/**
 * The keyed hash of a delivery: over everything that says which bytes go to whom, and how. Checked before the content
 * is opened, so that a row that somebody wrote or changed in the database sends nothing anywhere.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { DeliveriesTable } from '#src/storage/tables.ts';

export type DeliveryTarget = Pick<
  DeliveriesTable,
  | 'id'
  | 'messageId'
  | 'recipientId'
  | 'kind'
  | 'reversePath'
  | 'recipient'
  | 'domain'
  | 'route'
  | 'tlsRequirement'
  | 'rangeStart'
  | 'rangeEnd'
>;

type MacKeys = Pick<KeyProvider, 'mac'>;

/** 32 bytes. */
export function deliveryMac(keys: MacKeys, target: DeliveryTarget): Buffer {
  return targetMac(keys, 'delivery', target);
}

/** Of a delivery that waits for the security officer: with this hash it is never sent, whatever its state says. */
export function waitingDeliveryMac(keys: MacKeys, target: DeliveryTarget): Buffer {
  return targetMac(keys, 'delivery that waits for the officer', target);
}

function targetMac(keys: MacKeys, label: string, target: DeliveryTarget): Buffer {
  const fields = [
    target.id,
    target.messageId,
    target.recipientId ?? '-',
    target.kind,
    target.reversePath,
    target.recipient,
    target.domain,
    target.route,
    target.tlsRequirement ?? '-',
    target.rangeStart ?? '-',
    target.rangeEnd ?? '-',
  ];
  return keys.mac('token', lengthPrefixed(label, ...fields.map(String)));
}

/** False for a row that this product did not write, or wrote differently. */
export function isOwnDelivery(keys: MacKeys, row: DeliveryTarget & { readonly mac: Uint8Array }): boolean {
  return equalBytes(deliveryMac(keys, row), row.mac);
}

/** False for one that does not wait for the security officer, or was changed while it waited. */
export function isOwnWaitingDelivery(
  keys: MacKeys,
  row: DeliveryTarget & { readonly mac: Uint8Array },
): boolean {
  return equalBytes(waitingDeliveryMac(keys, row), row.mac);
}
