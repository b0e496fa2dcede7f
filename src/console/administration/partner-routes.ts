/** The forms that change partners. Every change goes through `askForChange`: at once, or to a second person. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';

import type { AdministrationContext, Officer } from '#src/administration/administration-context.ts';
import { askForChange, type AskResult } from '#src/administration/ask-for-change.ts';
import type { Change } from '#src/administration/change.ts';
import { readPartnerForm, type PartnerForm } from '#src/administration/read-partner-form.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { AgreementNote } from '#src/partners/agreements.ts';
import type { Partner } from '#src/partners/managed-partner.ts';
import type { DomainStatus } from '#src/partners/overview.ts';

import { viewerOf } from '../account-routes.ts';
import type { ConsoleContext } from '../console-context.ts';
import type { PartnerPages } from '../domains-routes.ts';
import { notFound } from '../own-messages.ts';

import { partnerFormPage, type PartnerFormView } from './partner-form-page.ts';

export const PARTNER_EDITOR = { policy: 'partner-editor' } as const;
const config = PARTNER_EDITOR;
const Text = Type.String({ maxLength: 253 });
const Tls = Type.Union([Type.Literal('pkix'), Type.Literal('dane'), Type.Literal('mta-sts')]);
const Reason = Type.String({ maxLength: 500 });
const SaveBody = Type.Object({
  domain: Text,
  known: Type.Optional(Type.Literal('1')),
  tls: Type.Optional(Tls),
  nextHop: Type.Optional(Text),
  signedOn: Text,
  expiresOn: Text,
  keptAt: Text,
  contact: Text,
  reason: Type.Optional(Reason),
});
const params = Type.Object({ domain: Text });

const EMPTY: PartnerForm = {
  domain: '',
  tls: 'dane',
  nextHop: '',
  signedOn: '',
  expiresOn: '',
  keptAt: '',
  contact: '',
};

export interface PartnerParts {
  readonly administration: AdministrationContext;
  readonly pages: PartnerPages;
}

export function addPartnerRoutes(app: HttpApp, context: ConsoleContext, parts: PartnerParts): void {
  const { language, show } = context;
  const blank = { reason: '', isKnown: false, isInFile: false, problem: null, lowerings: [] } as const;
  const querystring = Type.Object({ domain: Type.Optional(Text), tls: Type.Optional(Tls) });
  app.get('/domains/new', { config, schema: { querystring } }, (request, reply) => {
    const form = { ...EMPTY, ...request.query };
    return show(request, reply, partnerFormPage({ ...blank, language: language(), form }));
  });
  app.get('/domains/:domain/edit', { config, schema: { params } }, async (request, reply) => {
    const status = await requirePartner(parts, request.params.domain);
    return show(request, reply, partnerFormPage({ ...formViewOf(status), language: language() }));
  });
  app.post('/domains/save', { config, schema: { body: SaveBody } }, async (request, reply) => {
    const saved = await savePartner(parts, officerOf(request), request.body);
    if ('view' in saved)
      return show(request, reply, partnerFormPage({ ...saved.view, language: language() }));
    return after(reply, saved.domain, saved.result);
  });
  const body = Type.Object({ reason: Reason });
  app.post('/domains/:domain/remove', { config, schema: { params, body } }, async (request, reply) => {
    const status = await requirePartner(parts, request.params.domain);
    const { domain } = status;
    const reason = request.body.reason.trim();
    const change = { kind: 'partner-remove', domain } as const;
    const result = await askForChange(parts.administration, change, officerOf(request), reason);
    if (result.outcome !== 'reason-needed') return after(reply, domain, result);
    const view = { ...formViewOf(status), reason, removing: true, lowerings: result.lowerings };
    return show(request, reply, partnerFormPage({ ...view, language: language() }));
  });
}

export function officerOf(request: FastifyRequest): Officer {
  return viewerOf(request);
}

/** To the page that says what came of it. */
export function after(reply: FastifyReply, domain: string, result: AskResult): FastifyReply {
  if (result.outcome === 'waits')
    return reply.redirect(`/administration/proposals/${result.proposalId}?done=asked`, 303);
  const done = result.outcome === 'done' ? 'saved' : 'changed';
  const path = domain === '' ? '/domains' : `/domains/${domain}`;
  return reply.redirect(`${path}?done=${done}`, 303);
}

type Saved =
  | { readonly view: Omit<PartnerFormView, 'language'> }
  | { readonly domain: string; readonly result: AskResult };

async function savePartner(
  { administration, pages }: PartnerParts,
  officer: Officer,
  body: Static<typeof SaveBody>,
): Promise<Saved> {
  const known = body.known === '1' ? await findPartner(pages, body.domain) : null;
  const isInFile = known?.source === 'file';
  const { domain, signedOn, expiresOn, keptAt, contact, reason = '' } = body;
  const channel = { tls: body.tls ?? known?.tls ?? EMPTY.tls, nextHop: body.nextHop ?? '' };
  const form: PartnerForm = { domain, signedOn, expiresOn, keptAt, contact, ...channel };
  const view = { form, reason, isKnown: known !== null, isInFile, problem: null, lowerings: [] };
  const read = readPartnerForm(form);
  if (!read.ok) return { view: { ...view, problem: read.problem } };
  const { partner, agreement } = read;
  if (pages.isInternal(partner.domain)) return { view: { ...view, problem: 'internal' } };
  if (known === null && (await findPartner(pages, partner.domain)) !== null)
    return { view: { ...view, problem: 'exists' } };
  const agreements = isSameAgreement(known, agreement) ? [] : [agreement];
  if (known !== null && agreements.length > 0) {
    // What is noted of an agreement decides nothing about mail, and waits for nobody.
    const note: Change = { kind: 'partners-save', partners: [], agreements };
    const noted = await askForChange(administration, note, officer, '');
    if (noted.outcome !== 'done') return { domain: partner.domain, result: noted };
  }
  if (isInFile || (known !== null && isSameChannel(known, partner)))
    return { domain: partner.domain, result: { outcome: agreements.length > 0 ? 'done' : 'changed' } };
  const change: Change = {
    kind: 'partners-save',
    partners: [partner],
    agreements: known === null ? agreements : [],
  };
  const result = await askForChange(administration, change, officer, reason.trim());
  if (result.outcome === 'reason-needed') return { view: { ...view, lowerings: result.lowerings } };
  return { domain: result.outcome === 'done' || known !== null ? partner.domain : '', result };
}

async function findPartner(pages: PartnerPages, domain: string): Promise<DomainStatus | null> {
  const wanted = domain.trim().toLowerCase();
  return (await pages.partners()).find((one) => one.domain === wanted) ?? null;
}

async function requirePartner({ pages }: PartnerParts, domain: string): Promise<DomainStatus> {
  const status = await findPartner(pages, domain);
  if (status === null) throw notFound();
  return status;
}

function formViewOf(status: DomainStatus): Omit<PartnerFormView, 'language'> {
  const { domain, tls, nextHop, agreement, source } = status;
  const { signedOn, expiresOn, keptAt, contact } = agreement;
  return {
    form: {
      domain,
      tls,
      nextHop: nextHop ?? '',
      signedOn: signedOn ?? '',
      expiresOn: expiresOn ?? '',
      keptAt: keptAt ?? '',
      contact: contact ?? '',
    },
    reason: '',
    isKnown: true,
    isInFile: source === 'file',
    problem: null,
    lowerings: [],
  };
}

function isSameAgreement(known: DomainStatus | null, note: AgreementNote): boolean {
  return (['signedOn', 'expiresOn', 'keptAt', 'contact'] as const).every(
    (name) => (known?.agreement[name] ?? null) === (note[name] ?? null),
  );
}

/** A refused row is never as it is to be. */
function isSameChannel({ source, tls, nextHop }: DomainStatus, partner: Partner): boolean {
  const server = partner.nextHop === null ? null : `${partner.nextHop.host}:${partner.nextHop.port}`;
  return source === 'managed' && tls === partner.tls && nextHop === server;
}
