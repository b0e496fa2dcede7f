/**
 * A partner of the managed list and the keyed hash of its row. What a row says decides how mail is protected, so a row
 * that this product did not write is never believed. The hash is under the token key, which every role has.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { PinnedHop, TlsSetting } from '#src/routing/route-plan.ts';
import type { PartnersTable } from '#src/storage/tables.ts';

export type PartnerTls = PartnersTable['tls'];

export interface Partner {
  /** Lower-case A-labels. */
  readonly domain: string;
  /** How its servers prove who they are. */
  readonly tls: PartnerTls;
  readonly nextHop: PinnedHop | null;
}

type MacKeys = Pick<KeyProvider, 'mac'>;

/** 32 bytes. */
export function partnerMac(keys: MacKeys, row: Omit<PartnersTable, 'mac'>): Buffer {
  const fields = [
    row.domain,
    row.tls,
    row.nextHopHost ?? '',
    row.nextHopPort ?? '',
    row.state,
    row.changedAt,
    row.changedBy,
  ];
  return keys.mac('token', lengthPrefixed('partner', ...fields.map(String)));
}

/** False for a row that this product did not write, or wrote differently. */
export function isOwnPartner(keys: MacKeys, row: PartnersTable): boolean {
  return equalBytes(partnerMac(keys, row), row.mac);
}

export function partnerOfRow({ domain, tls, nextHopHost, nextHopPort }: PartnersTable): Partner {
  const nextHop =
    nextHopHost === null || nextHopPort === null ? null : { host: nextHopHost, port: nextHopPort };
  return { domain, tls, nextHop };
}

/** What routing is asked for. */
export function tlsSettingOf({ tls, nextHop }: Omit<Partner, 'domain'>): TlsSetting {
  return { kind: tls, ...(nextHop !== null && { nextHop }) };
}
