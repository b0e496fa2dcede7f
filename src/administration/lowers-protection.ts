/**
 * Which changes lower protection, and why: those wait for a second person. Pure. In doubt a change lowers it: to ask
 * somebody else costs a minute, mail that left the wrong way can't be called back. What raises protection, or leaves
 * it as it was, is never in the list.
 */
import type { Change, Found, FoundPartner } from './change.ts';

export const LOWERINGS = [
  /** Mail that would be a secure message becomes normal mail over a verified channel. */
  'leaves-secure-messages',
  /** The servers may prove less, or something else, than before. */
  'other-proof',
  /** Mail goes to another server than before. */
  'other-server',
  /** Mail that needs no protection loses its verified channel. */
  'loses-verified-channel',
  /** What an officer's hold keeps back leaves as ordinary mail. */
  'leaves-as-ordinary-mail',
  'gives-higher-role',
] as const;
export type Lowering = (typeof LOWERINGS)[number];

export interface LoweringRules {
  readonly encrypt: 'on-code' | 'all-external';
}

/** Empty: the change takes effect at once. */
export function loweringsOf(change: Change, found: Found, rules: LoweringRules): readonly Lowering[] {
  switch (change.kind) {
    case 'partners-save':
      return unique(
        change.partners.flatMap((after) => {
          const before = found.partners.find(({ domain }) => domain === after.domain);
          return partnerLowerings(before, after, rules);
        }),
      );
    case 'partner-remove':
      return unique(found.partners.flatMap((before) => partnerLowerings(before, null, rules)));
    case 'hold-release':
      return found.ordinaryRecipients.length > 0 ? ['leaves-as-ordinary-mail'] : [];
    case 'role-grant':
      return ['gives-higher-role'];
    case 'staff-unlock':
      return found.roles.length > 0 ? ['gives-higher-role'] : [];
  }
}

type PartnerAfter = NonNullable<FoundPartner['partner']>;

function partnerLowerings(
  before: FoundPartner | undefined,
  after: PartnerAfter | null,
  { encrypt }: LoweringRules,
): readonly Lowering[] {
  const state = before?.state ?? 'none';
  // The configuration wins: what stands in the managed list for such a domain decides nothing until it is taken out.
  if (state === 'none' || state === 'file') return after === null ? [] : ['leaves-secure-messages'];
  // A row that can't be believed has its domain's mail sent as secure messages.
  if (state === 'refused') return ['leaves-secure-messages'];
  // Under `all-external` mail to a domain that is no partner is verified or becomes a secure message as well.
  if (after === null) return encrypt === 'all-external' ? [] : ['loses-verified-channel'];
  const partner = before?.partner ?? null;
  if (partner === null) return ['leaves-secure-messages'];
  const lowerings: Lowering[] = [];
  // DANE binds the key itself, by signed records; the others trust authorities, each in its own way.
  if (partner.tls !== after.tls && after.tls !== 'dane') lowerings.push('other-proof');
  if (serverOf(partner) !== serverOf(after)) lowerings.push('other-server');
  return lowerings;
}

function serverOf({ nextHop }: PartnerAfter): string {
  return nextHop === null ? '' : `${nextHop.host.toLowerCase()}:${nextHop.port}`;
}

function unique(lowerings: readonly Lowering[]): readonly Lowering[] {
  return [...new Set(lowerings)];
}
