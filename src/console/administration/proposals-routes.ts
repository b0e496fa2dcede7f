/** The changes that wait for a second person. Every officer may look; who may decide, `mayNotApprove` says. */
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import type { AdministrationContext } from '#src/administration/administration-context.ts';
import { approveChange, mayNotApprove, refuseChange } from '#src/administration/ask-for-change.ts';
import { findProposal, listProposals, type Proposal } from '#src/administration/proposals.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import type { ConsoleContext } from '../console-context.ts';
import { notFound } from '../own-messages.ts';

import { officerOf } from './partner-routes.ts';
import { namesOfStaff } from './people-names.ts';
import { PROPOSAL_DONE, proposalPage, proposalsPage, type ProposalView } from './proposals-page.ts';

const config = { policy: 'officer' } as const;
const params = Type.Object({ id: Type.String({ maxLength: 40 }) });

export function addProposalsRoutes(
  app: HttpApp,
  { language, show, formatMoment }: ConsoleContext,
  administration: AdministrationContext,
): void {
  app.get('/administration/proposals', { config }, async (request, reply) => {
    const open = await listProposals(administration, 'open');
    const decided = await listProposals(administration, 'decided');
    const frame = await frameOf(administration, [...open, ...decided]);
    return show(
      request,
      reply,
      proposalsPage({ ...frame, open, decided, language: language(), formatMoment }),
    );
  });
  const querystring = Type.Object({
    done: Type.Optional(Type.Union(PROPOSAL_DONE.map((one) => Type.Literal(one)))),
  });
  app.get(
    '/administration/proposals/:id',
    { config, schema: { params, querystring } },
    async (request, reply) => {
      const proposal = await findProposal(administration, request.params.id);
      if (proposal === null) throw notFound();
      const frame = await frameOf(administration, [proposal]);
      const view = {
        ...frame,
        proposal,
        done: request.query.done ?? null,
        mayDo: mayDo(administration, proposal, request),
      };
      return show(request, reply, proposalPage({ ...view, language: language(), formatMoment }));
    },
  );
  for (const [act, decideIt] of [
    ['approve', approveChange],
    ['refuse', refuseChange],
  ] as const)
    app.post(
      `/administration/proposals/:id/${act}`,
      { config, schema: { params } },
      async (request, reply) => {
        const { id } = request.params;
        if ((await findProposal(administration, id)) === null) throw notFound();
        const result = await decideIt(administration, id, officerOf(request));
        return reply.redirect(`/administration/proposals/${id}?done=${result}`, 303);
      },
    );
}

function mayDo(
  { clock }: AdministrationContext,
  proposal: Proposal,
  request: FastifyRequest,
): ProposalView['mayDo'] {
  if (proposal.state !== 'open' || clock.now() >= proposal.expiresAt) return 'none';
  const why = mayNotApprove(proposal, officerOf(request));
  return why === null ? 'approve' : why === 'same-person' ? 'withdraw' : why;
}

async function frameOf(administration: AdministrationContext, proposals: readonly Proposal[]) {
  const people = proposals.flatMap(({ askedBy, decidedBy, change }) => [
    askedBy,
    decidedBy,
    'staffId' in change ? change.staffId : null,
  ]);
  const names = await namesOfStaff(administration, people);
  const authors = await authorsOf(administration, proposals);
  const subjects = new Map(
    proposals.map(({ id, change }) => {
      if (change.kind === 'partners-save') return [id, change.partners[0]?.domain ?? ''];
      if (change.kind === 'partner-remove') return [id, change.domain];
      if (change.kind === 'hold-release') return [id, authors.get(change.messageId) ?? ''];
      return [id, names.get(change.staffId) ?? change.staffId];
    }),
  );
  return { names, subjects };
}

/** The author of each message that is to be let out. */
async function authorsOf(
  { database }: AdministrationContext,
  proposals: readonly Proposal[],
): Promise<ReadonlyMap<string, string>> {
  const ids = proposals.flatMap(({ change }) => (change.kind === 'hold-release' ? [change.messageId] : []));
  if (ids.length === 0) return new Map();
  const rows = await database.query
    .selectFrom('messages')
    .select(['id', 'authorAddress'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map(({ id, authorAddress }) => [id, authorAddress ?? '']));
}
