/** The pages of security and privacy officers: holds over a limit, wrong recipients, alarms. */
import { Type } from 'typebox';

import type { AdministrationContext } from '#src/administration/administration-context.ts';
import { askForChange } from '#src/administration/ask-for-change.ts';
import { listOfficerHolds, stopHold } from '#src/administration/officer-holds.ts';
import { listAlarms, listIncidents } from '#src/administration/what-to-look-at.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { viewerOf } from '../account-routes.ts';
import type { ConsoleContext } from '../console-context.ts';

import { alarmsPage, HOLD_DONE, incidentsPage, officerHoldsPage, type HoldDone } from './officer-pages.ts';
import { officerOf } from './partner-routes.ts';

export function addOfficerRoutes(
  app: HttpApp,
  { show, formatMoment }: ConsoleContext,
  administration: AdministrationContext,
): void {
  const config = { policy: 'security-officer' } as const;
  const querystring = Type.Object({
    done: Type.Optional(Type.Union(HOLD_DONE.map((one) => Type.Literal(one)))),
  });
  app.get('/administration/holds', { config, schema: { querystring } }, async (request, reply) => {
    const holds = await listOfficerHolds(administration);
    return show(request, reply, officerHoldsPage({ holds, done: request.query.done ?? null, formatMoment }));
  });
  const params = Type.Object({ id: Type.String({ pattern: '^[0-9A-Z]{26}$' }) });
  const body = Type.Object({
    choice: Type.Union([Type.Literal('send'), Type.Literal('stop')]),
    reason: Type.String({ maxLength: 500 }),
  });
  app.post('/administration/holds/:id', { config, schema: { params, body } }, async (request, reply) => {
    const back = (done: HoldDone) => reply.redirect(`/administration/holds?done=${done}`, 303);
    const { choice } = request.body;
    const reason = request.body.reason.trim();
    const messageId = request.params.id;
    const isThere = (await listOfficerHolds(administration)).some((hold) => hold.messageId === messageId);
    if (!isThere) return back('over');
    if (reason === '') return back('reason');
    const officer = officerOf(request);
    if (choice === 'stop')
      return back((await stopHold(administration, officer, messageId, reason)) ? 'stopped' : 'over');
    const result = await askForChange(administration, { kind: 'hold-release', messageId }, officer, reason);
    if (result.outcome === 'waits')
      return reply.redirect(`/administration/proposals/${result.proposalId}?done=asked`, 303);
    return back(result.outcome === 'done' ? 'released' : 'over');
  });
  app.get('/administration/incidents', { config: { policy: 'incident-reader' } }, async (request, reply) => {
    const incidents = await listIncidents(administration.database);
    const maySee = viewerOf(request).roles.has('privacy-officer');
    return show(request, reply, incidentsPage({ incidents, formatMoment }, maySee));
  });
  app.get('/administration/alarms', { config: { policy: 'partner-editor' } }, async (request, reply) =>
    show(request, reply, alarmsPage(await listAlarms(administration.database), formatMoment)),
  );
}
