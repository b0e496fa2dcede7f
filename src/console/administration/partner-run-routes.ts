/**
 * Checks of servers and imports of lists, begun by a form and followed on a page of their own. An import saves nothing
 * before it was looked at, and then asks a second person for the whole list at once.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { askForChange } from '#src/administration/ask-for-change.ts';
import { BackgroundRuns, type Run } from '#src/administration/background-runs.ts';
import type { Change } from '#src/administration/change.ts';
import { lookAt } from '#src/administration/look-at-change.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { AgreementNote } from '#src/partners/agreements.ts';
import { readImportFile, type ImportedFile } from '#src/partners/import-file.ts';
import type { TriedPartner } from '#src/partners/import-partners.ts';

import { viewerOf } from '../account-routes.ts';
import type { ConsoleContext } from '../console-context.ts';
import { notFound } from '../own-messages.ts';
import { html, type SafeHtml } from '../page.ts';

import { after, officerOf, PARTNER_EDITOR, type PartnerParts } from './partner-routes.ts';
import { importPage, importProblems, previewPage, progressPage, willBe } from './partner-run-pages.ts';
import { PARTNER_WORDS } from './partner-words.ts';

type Finished =
  /** Where to go on to. */
  | { readonly kind: 'probed'; readonly path: string }
  | {
      readonly kind: 'tried';
      readonly tried: readonly TriedPartner[];
      readonly leftOut: ImportedFile['leftOut'];
    };

const config = PARTNER_EDITOR;
const MOST_IMPORTED = 2_000;
const IMPORT_BODY_BYTES = 1024 * 1024;
const params = Type.Object({ id: Type.String({ pattern: '^[0-9A-Z]{26}$' }) });

/** `script`: follows a run, and reads a chosen file; null: both go without. */
export function addPartnerRunRoutes(
  app: HttpApp,
  context: ConsoleContext,
  parts: PartnerParts,
  script: string | null,
): void {
  const runs = new BackgroundRuns<Finished>(parts.administration);
  addProbeRoute(app, parts, runs);
  addImportRoutes(app, context, parts, runs, script);
  app.get('/domains/runs/:id', { config, schema: { params } }, async (request, reply) => {
    const run = requireRun(runs, request);
    if (request.headers.accept?.includes('application/json') === true)
      return reply.send({ state: run.state, done: run.done, total: run.total });
    return showRun(request, reply, context, parts, run, script);
  });
  const body = Type.Object({
    all: Type.Optional(Type.Literal('1')),
    reason: Type.String({ maxLength: 500 }),
  });
  app.post('/domains/runs/:id', { config, schema: { params, body } }, async (request, reply) => {
    const run = requireRun(runs, request);
    if (run.result?.kind !== 'tried') throw notFound();
    const withAll = request.body.all === '1';
    const change = await importChange(parts, run.result.tried, withAll);
    const result = await askForChange(
      parts.administration,
      change,
      officerOf(request),
      request.body.reason.trim(),
    );
    if (result.outcome === 'reason-needed')
      return showRun(request, reply, context, parts, run, script, withAll);
    runs.forget(run.id);
    return after(reply, '', result);
  });
}

function addProbeRoute(app: HttpApp, { pages }: PartnerParts, runs: BackgroundRuns<Finished>): void {
  const body = Type.Object({ domain: Type.Optional(Type.String({ maxLength: 253 })) });
  app.post('/domains/probe', { config, schema: { body } }, async (request, reply) => {
    const partners = (await pages.partners()).map(({ domain }) => domain);
    const { domain } = request.body;
    const domains = domain === undefined ? partners : partners.filter((one) => one === domain);
    if (domains.length === 0) throw notFound();
    const path = domain === undefined ? '/domains' : `/domains/${domain}`;
    const id = runs.start(viewerOf(request).staffId, domains.length, async (onProgress) => {
      await pages.probe(domains, onProgress);
      return { kind: 'probed', path };
    });
    return reply.redirect(id === null ? `${path}?done=busy` : `/domains/runs/${id}`, 303);
  });
}

function addImportRoutes(
  app: HttpApp,
  { language, show }: ConsoleContext,
  { pages }: PartnerParts,
  runs: BackgroundRuns<Finished>,
  script: string | null,
): void {
  app.get('/domains/import', { config }, (request, reply) =>
    show(request, reply, importPage({ language: language(), text: '', problem: null, script })),
  );
  const body = Type.Object({ text: Type.String({ maxLength: 400_000 }) });
  const options = { config, schema: { body }, bodyLimit: IMPORT_BODY_BYTES };
  app.post('/domains/import', options, (request, reply) => {
    const { text } = request.body;
    const file = readImportFile(text);
    const problem = whatIsWrong(file, pages, language());
    if (problem !== null)
      return show(request, reply, importPage({ language: language(), text, problem, script }));
    const id = runs.start(viewerOf(request).staffId, file.partners.length, async (onProgress) => ({
      kind: 'tried',
      tried: await pages.tryImport(file.partners, onProgress),
      leftOut: file.leftOut,
    }));
    return reply.redirect(id === null ? '/domains?done=busy' : `/domains/runs/${id}`, 303);
  });
}

function whatIsWrong(
  file: ImportedFile,
  { isInternal }: PartnerParts['pages'],
  language: 'en' | 'es',
): SafeHtml | null {
  const words = PARTNER_WORDS[language];
  if (file.problems.length > 0) return importProblems(file.problems, words);
  const say = (text: string): SafeHtml => html`<p class="note alert" role="alert">${text}</p>`;
  if (file.partners.length === 0) return say(words.importEmpty);
  if (file.partners.length > MOST_IMPORTED) return say(words.importTooMany(MOST_IMPORTED));
  const own = file.partners.find(({ domain }) => isInternal(domain));
  return own === undefined ? null : say(words.internal(own.domain));
}

function requireRun(runs: BackgroundRuns<Finished>, request: FastifyRequest): Run<Finished> {
  const { id } = request.params as { id: string };
  const run = runs.find(viewerOf(request).staffId, id);
  if (run === null) throw notFound();
  return run;
}

async function showRun(
  request: FastifyRequest,
  reply: FastifyReply,
  { language, show }: ConsoleContext,
  { administration }: PartnerParts,
  run: Run<Finished>,
  script: string | null,
  withAll = false,
): Promise<FastifyReply> {
  const { id, state, done, total, result } = run;
  if (result === null)
    return show(
      request,
      reply,
      progressPage({
        language: language(),
        done,
        total,
        state: state === 'failed' ? 'failed' : 'running',
        path: `/domains/runs/${id}`,
        script,
      }),
    );
  if (result.kind === 'probed') return reply.redirect(result.path, 303);
  const { tried, leftOut } = result;
  const all = partnersOf(tried);
  const { partners: found } = await lookAt(administration, all);
  const view = { runId: id, tried, leftOut, found, wantsReason: request.method === 'POST', withAll };
  return show(request, reply, previewPage({ ...view, language: language() }));
}

function partnersOf(tried: readonly TriedPartner[]): Extract<Change, { kind: 'partners-save' }> {
  return {
    kind: 'partners-save',
    partners: tried.map(({ imported, tls }) => ({ domain: imported.domain, tls, nextHop: imported.nextHop })),
    agreements: [],
  };
}

/** What the list adds or changes; agreements also of what is left as it is. */
async function importChange(
  { administration }: PartnerParts,
  tried: readonly TriedPartner[],
  withAll: boolean,
): Promise<Change> {
  const { partners: found } = await lookAt(administration, partnersOf(tried));
  const kept = tried.filter(({ outcome }) => withAll || outcome === 'verified' || outcome === 'in-file');
  const written = kept.filter((one) => {
    const will = willBe(
      one,
      found.find(({ domain }) => domain === one.imported.domain),
    );
    return will === 'new' || will === 'changed';
  });
  return { ...partnersOf(written), agreements: kept.flatMap(agreementOf) };
}

function agreementOf({ imported }: TriedPartner): AgreementNote[] {
  const { domain, baaSigned, baaExpires } = imported;
  if (baaSigned === null && baaExpires === null) return [];
  return [{ domain, status: 'signed', signedOn: baaSigned, expiresOn: baaExpires, keptAt: null }];
}
