/** What the command line asks of the partner directory. Every change is one unit with its audit entry. */
import { Type, type Static } from 'typebox';

import { CommandRefused, controlCommand } from '#src/control/control-command.ts';
import { noteAgreement, type AgreementNote } from '#src/partners/agreements.ts';
import { tryPartners, type TriedPartner } from '#src/partners/import-partners.ts';
import { letterTo } from '#src/partners/letter.ts';
import type { Partner } from '#src/partners/managed-partner.ts';
import { DomainStatus, domainStatuses, suggestions } from '#src/partners/overview.ts';

import type { Core } from '../core.ts';
import { partnerEntries, partnerWatchOf } from '../start-partners.ts';

const PartnerTls = Type.Union([Type.Literal('pkix'), Type.Literal('dane'), Type.Literal('mta-sts')]);
const Words = Type.Union([Type.String(), Type.Null()]);
const NextHop = Type.Union([Type.Object({ host: Type.String(), port: Type.Integer() }), Type.Null()]);
const PartnerShape = Type.Object({ domain: Type.String(), tls: PartnerTls, nextHop: NextHop });
const Outcome = Type.Union([
  Type.Literal('verified'),
  Type.Literal('not-verified'),
  Type.Literal('unreachable'),
]);
const Letter = Type.Object({ to: Type.String(), subject: Type.String(), text: Type.String() });

const Suggested = Type.Object({
  domain: Type.String(),
  mails: Type.Integer(),
  outcome: Type.Union([Outcome, Type.Null()]),
  how: Words,
});

export const partnersList = controlCommand({
  name: 'partners-list',
  request: Type.Object({}),
  answer: Type.Object({ partners: Type.Array(DomainStatus), suggestions: Type.Array(Suggested) }),
  async run(core: Core) {
    const suggested = await suggestions(core.database);
    return {
      partners: [...(await domainStatuses(core.database, partnerEntries(core), core.clock.now()))],
      suggestions: suggested.map(({ domain, mails, channel }) => ({
        domain,
        mails,
        outcome: channel.outcome,
        how: channel.how,
      })),
    };
  },
});

export const partnersSave = controlCommand({
  name: 'partners-save',
  request: PartnerShape,
  answer: Type.Object({ saved: Type.Boolean() }),
  async run(core: Core, partner, { actor }) {
    refuseFile(core, partner.domain);
    await core.partners.save([partner], actor);
    return { saved: true };
  },
});

export const partnersRemove = controlCommand({
  name: 'partners-remove',
  request: Type.Object({ domain: Type.String() }),
  answer: Type.Object({ removed: Type.Boolean() }),
  async run(core: Core, { domain }, { actor }) {
    refuseFile(core, domain);
    if (await core.partners.remove(domain, actor)) return { removed: true };
    throw new CommandRefused('not-found', `${domain} is not in the managed list.`);
  },
});

export const partnersAgreement = controlCommand({
  name: 'partners-agreement',
  request: Type.Object({
    domain: Type.String(),
    status: Type.Union([Type.Literal('none'), Type.Literal('signed')]),
    signedOn: Words,
    expiresOn: Words,
    keptAt: Words,
  }),
  answer: Type.Object({ noted: Type.Boolean() }),
  async run(core: Core, note, { actor }) {
    if (!partnerEntries(core).some(({ domain }) => domain === note.domain))
      throw new CommandRefused('not-found', `${note.domain} is no partner; add it first.`);
    await core.database.commit(noteAgreement(note, actor, core));
    return { noted: true };
  },
});

export const ProbedDomain = Type.Object({
  domain: Type.String(),
  outcome: Outcome,
  how: Words,
  why: Words,
  certificateExpiresAt: Type.Union([Type.Integer(), Type.Null()]),
  policyId: Words,
  servers: Type.Array(
    Type.Object({ server: Type.String(), verified: Type.Boolean(), why: Words, tls: Words }),
  ),
  letter: Type.Union([Letter, Type.Null()]),
});
export type ProbedDomain = Static<typeof ProbedDomain>;

export const partnersProbe = controlCommand({
  name: 'partners-probe',
  /** Null: every partner. */
  request: Type.Object({ domain: Words, suggestions: Type.Boolean() }),
  answer: Type.Object({ probed: Type.Array(ProbedDomain) }),
  async run(core: Core, { domain, suggestions: alsoSuggestions }, { progress, signal }) {
    const watch = partnerWatchOf(core);
    const onProbed = (done: number, total: number): void => progress(done, total);
    if (alsoSuggestions) await watch.suggest({ signal, onProbed });
    const partners = partnerEntries(core).map((entry) => entry.domain);
    const domains = domain === null ? partners : [domain];
    const results = await watch.probe(domains, { signal, onProbed });
    if (domain !== null && results.length === 0)
      throw new CommandRefused('not-possible', `${domain} could not be probed; the log says why.`);
    return {
      probed: results.map((result) => ({
        domain: result.domain,
        outcome: result.outcome,
        how: result.how,
        why: result.why,
        certificateExpiresAt: result.certificateExpiresAt,
        policyId: result.policy?.id ?? null,
        servers: result.servers.map(({ server, verified, why, tls }) => ({
          server,
          verified,
          why,
          tls: tls === null ? null : `${tls.version} ${tls.cipher}`,
        })),
        letter:
          result.outcome === 'verified'
            ? null
            : letterTo({
                domain: result.domain,
                organization: core.settings.organization.name,
                tls:
                  result.setting === 'pkix' || result.setting === 'dane' || result.setting === 'mta-sts'
                    ? result.setting
                    : null,
                why: result.why ?? '',
              }),
      })),
    };
  },
});

const ImportRow = Type.Object({
  domain: Type.String(),
  tls: Type.Union([PartnerTls, Type.Null()]),
  nextHop: NextHop,
  baaSigned: Words,
  baaExpires: Words,
});

export const ImportedRow = Type.Object({
  domain: Type.String(),
  outcome: Type.Union([Outcome, Type.Literal('in-file')]),
  tls: PartnerTls,
  how: Words,
  why: Words,
  saved: Type.Boolean(),
  letter: Type.Union([Letter, Type.Null()]),
});
export type ImportedRow = Static<typeof ImportedRow>;

export const partnersImport = controlCommand({
  name: 'partners-import',
  request: Type.Object({
    rows: Type.Array(ImportRow),
    /** Also those that do not verify today: their mail waits, then goes as secure messages. */
    all: Type.Boolean(),
    dryRun: Type.Boolean(),
  }),
  answer: Type.Object({ rows: Type.Array(ImportedRow) }),
  async run(core: Core, { rows, all, dryRun }, { actor, progress, signal }) {
    const tried = await tryPartners(rows, partnerWatchOf(core), partnerEntries(core), {
      signal,
      onProbed: (done, total) => progress(done, total),
    });
    if (signal.aborted) throw new CommandRefused('not-possible', 'Stopped; nothing was saved.');
    const isSaved = ({ outcome }: TriedPartner): boolean =>
      !dryRun && outcome !== 'in-file' && (all || outcome === 'verified');
    await core.partners.save(tried.filter(isSaved).map(partnerOf), actor);
    const agreements = tried
      .filter((one) => !dryRun && (one.outcome === 'in-file' || isSaved(one)))
      .flatMap(agreementOf);
    if (agreements.length > 0)
      await core.database.commit(agreements.flatMap((note) => noteAgreement(note, actor, core)));
    return { rows: tried.map((one) => answerOf(one, isSaved(one), core)) };
  },
});

function answerOf(one: TriedPartner, saved: boolean, { settings }: Core): ImportedRow {
  const { imported, outcome, tls, how, why } = one;
  const needsLetter = outcome === 'not-verified' || outcome === 'unreachable';
  const letter = needsLetter
    ? letterTo({
        domain: imported.domain,
        organization: settings.organization.name,
        tls: imported.nextHop === null ? imported.tls : tls,
        why: why ?? '',
      })
    : null;
  return { domain: imported.domain, outcome, tls, how, why, saved, letter };
}

function partnerOf({ imported, tls }: TriedPartner): Partner {
  return { domain: imported.domain, tls, nextHop: imported.nextHop };
}

function agreementOf({ imported }: TriedPartner): AgreementNote[] {
  const { domain, baaSigned, baaExpires } = imported;
  if (baaSigned === null && baaExpires === null) return [];
  return [{ domain, status: 'signed', signedOn: baaSigned, expiresOn: baaExpires, keptAt: null }];
}

function refuseFile({ settings }: Core, domain: string): void {
  if (settings.partners.some((partner) => partner.domain === domain))
    throw new CommandRefused(
      'not-possible',
      `${domain} stands in the configuration file, which wins: change it there and reload.`,
    );
}
