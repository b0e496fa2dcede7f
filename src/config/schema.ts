/**
 * Every configuration key: what it means, its default, its unit, and how a value is read. The reference page and
 * the error messages are made from this table, so a key exists only if it is described.
 */
import type { Tables } from './key-spec.ts';
import { deliveryTables } from './tables/delivery.ts';
import { listenerTables } from './tables/listeners.ts';
import { listTables } from './tables/lists.ts';
import { organizationTables } from './tables/organization.ts';
import { siteTables } from './tables/sites.ts';

/** Top-level keys and tables; a nested record is a table, and a name with a dot a table within a table. */
export const SCHEMA: Tables = { ...organizationTables, ...listenerTables, ...deliveryTables };

export const LIST_SCHEMA: Tables = { ...listTables, ...siteTables };

/** Keys of a repeated table that must be given. */
export const REQUIRED_IN_LIST: Readonly<Record<string, readonly string[]>> = {
  partners: ['domain'],
  rules: ['name', 'field', 'contains'],
  submitters: ['name'],
  dkim: ['domain'],
  sites: ['id', 'name', 'domains'],
};
