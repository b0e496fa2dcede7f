/**
 * What can be changed on the administration pages, as it is kept while it waits for a second person. A change names
 * what is to hold afterwards; `Found` says what held when it was asked for, so that a second person approves exactly
 * what was shown, and nothing that became something else meanwhile.
 */
import { Type, type Static } from 'typebox';

import type { HigherRole } from '#src/staff/roles.ts';

const Words = Type.Union([Type.String(), Type.Null()]);

export const PartnerShape = Type.Object({
  domain: Type.String(),
  tls: Type.Union([Type.Literal('pkix'), Type.Literal('dane'), Type.Literal('mta-sts')]),
  nextHop: Type.Union([Type.Object({ host: Type.String(), port: Type.Integer() }), Type.Null()]),
});

const AgreementShape = Type.Object({
  domain: Type.String(),
  status: Type.Union([Type.Literal('none'), Type.Literal('signed')]),
  signedOn: Words,
  expiresOn: Words,
  keptAt: Words,
  contact: Type.Optional(Words),
});

const Role = Type.Union([
  Type.Literal('help-desk'),
  Type.Literal('security-officer'),
  Type.Literal('privacy-officer'),
  Type.Literal('administrator'),
]);

export const Change = Type.Union([
  Type.Object({
    kind: Type.Literal('partners-save'),
    partners: Type.Array(PartnerShape),
    agreements: Type.Array(AgreementShape),
  }),
  Type.Object({ kind: Type.Literal('partner-remove'), domain: Type.String() }),
  /** A message that passed a limit of its author goes out as it was decided. */
  Type.Object({ kind: Type.Literal('hold-release'), messageId: Type.String() }),
  Type.Object({
    kind: Type.Literal('role-grant'),
    staffId: Type.String(),
    role: Role,
  }),
  Type.Object({ kind: Type.Literal('staff-unlock'), staffId: Type.String() }),
]);
export type Change = Static<typeof Change>;
export type ChangeKind = Change['kind'];
export type ChangeOf<Kind extends ChangeKind> = Extract<Change, { kind: Kind }>;

/** What stood in the managed list for a domain. */
export const FoundPartner = Type.Object({
  domain: Type.String(),
  /** `refused`: a row that can't be believed. `file`: the configuration names it, and wins. */
  state: Type.Union([
    Type.Literal('none'),
    Type.Literal('partner'),
    Type.Literal('refused'),
    Type.Literal('file'),
  ]),
  partner: Type.Union([PartnerShape, Type.Null()]),
  /** `changedAt` of its row; null: there is none. */
  version: Type.Union([Type.Integer(), Type.Null()]),
});
export type FoundPartner = Static<typeof FoundPartner>;

/** What held when the change was asked for; empty lists where the kind of change needs none. */
export const Found = Type.Object({
  partners: Type.Array(FoundPartner),
  /** Recipients that wait, and would get it as ordinary mail. */
  ordinaryRecipients: Type.Array(Type.String()),
  /** Higher roles of the person whom it is about. */
  roles: Type.Array(Type.String()),
});
export type Found = Static<typeof Found>;

export const NOTHING_FOUND: Found = { partners: [], ordinaryRecipients: [], roles: [] };

/** Who may ask for a change, and who may be the second person. */
export const WHO_MAY: Readonly<
  Record<ChangeKind, { readonly ask: readonly HigherRole[]; readonly approve: readonly HigherRole[] }>
> = {
  'partners-save': {
    ask: ['administrator', 'security-officer'],
    approve: ['administrator', 'security-officer'],
  },
  'partner-remove': {
    ask: ['administrator', 'security-officer'],
    approve: ['administrator', 'security-officer'],
  },
  'hold-release': {
    ask: ['security-officer'],
    approve: ['security-officer', 'privacy-officer', 'administrator'],
  },
  'role-grant': { ask: ['administrator'], approve: ['administrator', 'security-officer'] },
  'staff-unlock': { ask: ['administrator'], approve: ['administrator', 'security-officer'] },
};
