/** Accounts of others: the help desk looks after recipients', administrators after everybody's. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import type { AdministrationContext, Officer } from '#src/administration/administration-context.ts';
import { askForChange } from '#src/administration/ask-for-change.ts';
import type { Change } from '#src/administration/change.ts';
import {
  endAccountSessions,
  endStaffSessions,
  findPeople,
  lockStaff,
  setAccountState,
  takeRole,
  type PersonResult,
} from '#src/administration/people.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import { startReset } from '#src/desk/start-reset.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import type { ConsoleContext } from '../console-context.ts';
import { notFound } from '../own-messages.ts';

import { officerOf } from './partner-routes.ts';
import { peoplePage, type PeopleView } from './people-page.ts';

const Address = Type.String({ maxLength: 254 });
const params = Type.Object({ id: Type.String({ pattern: '^[0-9A-Z]{26}$' }) });
const Role = Type.Union([
  Type.Literal('help-desk'),
  Type.Literal('security-officer'),
  Type.Literal('privacy-officer'),
  Type.Literal('administrator'),
]);

export function addPeopleRoutes(
  app: HttpApp,
  context: ConsoleContext,
  administration: AdministrationContext,
  desk: Desk,
): void {
  const config = { policy: 'help-desk' } as const;
  const shown = { context, administration };
  app.get('/administration/accounts', { config }, (request, reply) => {
    const view = { address: '', found: null, done: null, isAdministrator: false };
    return context.show(request, reply, peoplePage({ ...view, formatMoment: context.formatMoment }));
  });
  const body = Type.Object({ address: Address });
  app.post('/administration/accounts', { config, schema: { body } }, (request, reply) =>
    showPerson(shown, request, reply, request.body.address, null),
  );
  const acts: Readonly<Record<string, (officer: Officer, id: string) => Promise<PersonResult>>> = {
    lock: (officer, id) => setAccountState(administration, officer, id, 'locked'),
    unlock: (officer, id) => setAccountState(administration, officer, id, 'active'),
    'end-sessions': (officer, id) => endAccountSessions(administration, officer, id),
  };
  for (const [act, run] of Object.entries(acts))
    app.post(
      `/administration/accounts/recipient/:id/${act}`,
      { config, schema: { params, body } },
      async (request, reply) => {
        const done = await run(officerOf(request), request.params.id);
        return showPerson(shown, request, reply, request.body.address, done);
      },
    );
  app.post(
    '/administration/accounts/recipient/:id/start-reset',
    { config, schema: { params, body } },
    async (request, reply) => {
      const canonical = parseMailAddress(request.body.address.trim())?.canonical;
      if (canonical === undefined) throw notFound();
      const done = await startReset(desk, canonical, officerOf(request).staffId, request.params.id);
      const { address } = request.body;
      return showPerson(shown, request, reply, address, done === 'done' ? 'reset-started' : done);
    },
  );
  addStaffActs(app, shown);
}

interface Shown {
  readonly context: ConsoleContext;
  readonly administration: AdministrationContext;
}

function addStaffActs(app: HttpApp, shown: Shown): void {
  const { administration } = shown;
  const config = { policy: 'administrator' } as const;
  const path = '/administration/accounts/staff/:id';
  const body = Type.Object({ address: Address });
  for (const [act, run] of [
    ['lock', lockStaff],
    ['end-sessions', endStaffSessions],
  ] as const)
    app.post(`${path}/${act}`, { config, schema: { params, body } }, async (request, reply) => {
      const done = await run(administration, officerOf(request), request.params.id);
      return showPerson(shown, request, reply, request.body.address, done);
    });
  const takes = Type.Object({ address: Address, role: Role });
  app.post(`${path}/take-role`, { config, schema: { params, body: takes } }, async (request, reply) => {
    const done = await takeRole(administration, officerOf(request), request.params.id, request.body.role);
    return showPerson(shown, request, reply, request.body.address, done);
  });
  const reason = Type.String({ maxLength: 500 });
  const gives = Type.Object({ address: Address, role: Role, reason });
  app.post(`${path}/give-role`, { config, schema: { params, body: gives } }, (request, reply) => {
    const { address, role, reason: why } = request.body;
    return ask(shown, request, reply, { kind: 'role-grant', staffId: request.params.id, role }, why, address);
  });
  const unlocks = Type.Object({ address: Address, reason });
  app.post(`${path}/unlock`, { config, schema: { params, body: unlocks } }, (request, reply) => {
    const { address, reason: why } = request.body;
    return ask(shown, request, reply, { kind: 'staff-unlock', staffId: request.params.id }, why, address);
  });
}

async function ask(
  shown: Shown,
  request: FastifyRequest,
  reply: FastifyReply,
  change: Change,
  reason: string,
  address: string,
): Promise<FastifyReply> {
  const result = await askForChange(shown.administration, change, officerOf(request), reason.trim());
  if (result.outcome === 'waits')
    return reply.redirect(`/administration/proposals/${result.proposalId}?done=asked`, 303);
  if (result.outcome === 'not-allowed') throw notFound();
  return showPerson(
    shown,
    request,
    reply,
    address,
    result.outcome === 'reason-needed' ? 'reason' : result.outcome,
  );
}

async function showPerson(
  { context, administration }: Shown,
  request: FastifyRequest,
  reply: FastifyReply,
  address: string,
  done: PeopleView['done'],
): Promise<FastifyReply> {
  const officer = officerOf(request);
  const isAdministrator = officer.roles.has('administrator');
  const found = (await findPeople(administration, officer, address, isAdministrator)) ?? ('none' as const);
  const view = { address, found, done, isAdministrator, formatMoment: context.formatMoment };
  return context.show(request, reply, peoplePage(view));
}
