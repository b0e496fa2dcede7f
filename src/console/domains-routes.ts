/** The pages of the partner directory. Whoever is signed in may look; what is changed, `administration/` changes. */
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';
import type { ImportedPartner } from '#src/partners/import-file.ts';
import type { TriedPartner } from '#src/partners/import-partners.ts';
import type { DomainStatus, HistoryLine, Suggestion } from '#src/partners/overview.ts';
import type { ProbedServer } from '#src/partners/probe.ts';
import { whatIfWords } from '#src/partners/what-if-words.ts';
import type { MessageQuestion, WhatIf } from '#src/partners/what-if.ts';

import type { ConsoleContext } from './console-context.ts';
import { domainPage } from './domain-page.ts';
import { domainsPage } from './domains-page.ts';
import { mayUse } from './policies/policies.ts';
import { tryPage } from './try-page.ts';

/** What the pages ask of the directory. */
export interface PartnerPages {
  partners(): Promise<readonly DomainStatus[]>;
  suggestions(): Promise<readonly Suggestion[]>;
  servers(domain: string): Promise<readonly ProbedServer[]>;
  /** The newest first. */
  history(domain: string): Promise<readonly HistoryLine[]>;
  whatIf(question: MessageQuestion): Promise<WhatIf>;
  /** A domain of the organisation's own. */
  readonly isInternal: (domain: string) => boolean;
  /** Connects to the servers of these domains, and keeps what came of it. */
  probe(domains: readonly string[], onProgress: OnProgress): Promise<void>;
  /** Finds out which channel of each domain verifies today; keeps nothing. */
  tryImport(list: readonly ImportedPartner[], onProgress: OnProgress): Promise<readonly TriedPartner[]>;
}

type OnProgress = (done: number, total: number) => void;

/** What a form said, shown on the page that it leads back to. */
const Done = Type.Union([Type.Literal('saved'), Type.Literal('changed'), Type.Literal('busy')]);
export type PartnerDone = Static<typeof Done>;

const config = { policy: 'sender' } as const;

export function addDomainsRoutes(app: HttpApp, context: ConsoleContext, pages: PartnerPages): void {
  const { formatDay, formatMoment, language, organization, show } = context;
  const querystring = Type.Object({
    q: Type.Optional(Type.String({ maxLength: 253 })),
    page: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,4}$' })),
    done: Type.Optional(Done),
  });
  app.get('/domains', { config, schema: { querystring } }, async (request, reply) => {
    const { q = '', page = '1', done = null } = request.query;
    const [partners, suggestions] = await Promise.all([pages.partners(), pages.suggestions()]);
    const view = {
      language: language(),
      partners,
      suggestions,
      search: q,
      page: Number(page),
      mayEdit: mayEdit(request),
      done,
      formatDay,
      formatMoment,
    };
    return show(request, reply, domainsPage(view));
  });
  const params = Type.Object({ domain: Type.String({ maxLength: 253 }) });
  const shownOne = Type.Object({ done: Type.Optional(Done) });
  app.get(
    '/domains/:domain',
    { config, schema: { params, querystring: shownOne } },
    async (request, reply) => {
      const domain = request.params.domain.toLowerCase();
      const status = (await pages.partners()).find((partner) => partner.domain === domain);
      if (status === undefined) throw notFound();
      const [servers, history] = await Promise.all([pages.servers(domain), pages.history(domain)]);
      const { done = null } = request.query;
      const may = { mayEdit: mayEdit(request), done };
      const view = { language: language(), organization: organization(), status, servers, history, ...may };
      return show(request, reply, domainPage({ ...view, formatDay, formatMoment }));
    },
  );
  addTryRoutes(app, context, pages);
}

function addTryRoutes(app: HttpApp, { language, show }: ConsoleContext, pages: PartnerPages): void {
  app.get('/domains/try', { config }, (request, reply) => {
    const question = { from: request.viewer?.addresses[0]?.address ?? '', to: '', subject: '' };
    return show(request, reply, tryPage({ language: language(), question, answer: null }));
  });
  const body = Type.Object({
    from: Type.String({ maxLength: 254 }),
    to: Type.String({ maxLength: 254 }),
    subject: Type.String({ maxLength: 1000 }),
  });
  app.post('/domains/try', { config, schema: { body } }, async (request, reply) => {
    const question = request.body;
    const answer = whatIfWords(await pages.whatIf(question), language());
    return show(request, reply, tryPage({ language: language(), question, answer }));
  });
}

function mayEdit({ viewer }: FastifyRequest): boolean {
  return mayUse('partner-editor', { viewer, isThisMachine: false, readsMetrics: false });
}

function notFound(): Refusal {
  const { code, message } = genericRefusal(404);
  return new Refusal(404, code, message);
}
