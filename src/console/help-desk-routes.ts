/** The help desk's page. An address is sent as a form, so that none stands in an address bar or a proxy's log. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { parseMailAddress } from '#src/base/mail-address.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import { LONGEST_CHECK, makeHandOverCode } from '#src/desk/hand-over.ts';
import { announceForHelpDesk, endSessionsOf, lookUpAddress } from '#src/desk/help-desk.ts';
import { startReset } from '#src/desk/start-reset.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { viewerOf } from './account-routes.ts';
import type { ConsoleContext } from './console-context.ts';
import { helpDeskPage, type HelpDeskDone, type HelpDeskView } from './help-desk-page.ts';

const config = { policy: 'help-desk' } as const;
/** What to say, and a code to show where one was made. */
type Acted = HelpDeskDone | Pick<HelpDeskView, 'done' | 'made'>;

const Address = Type.String({ maxLength: 320 });

export function addHelpDeskRoutes(app: HttpApp, context: ConsoleContext, desk: Desk): void {
  const page = async (
    request: FastifyRequest,
    reply: FastifyReply,
    typed: string,
    act: ((canonical: string, staffId: string) => Promise<Acted>) | null,
  ): Promise<FastifyReply> => {
    const { language, formatMoment } = context;
    const canonical = parseMailAddress(typed.trim())?.canonical ?? null;
    const { staffId } = viewerOf(request);
    const acted = canonical === null || act === null ? null : await act(canonical, staffId);
    const { done, made } = typeof acted === 'object' && acted !== null ? acted : { done: acted, made: null };
    const report = canonical === null ? null : await lookUpAddress(desk, canonical, staffId);
    const shown = { language: language(), address: typed.trim(), report, done, made };
    const view = { ...shown, joinUrl: `${desk.acceptance().site.publicUrl}/join`, formatMoment };
    return context.show(request, reply, helpDeskPage(view));
  };
  app.get('/help-desk', { config }, (request, reply) => page(request, reply, '', null));
  app.post('/help-desk', { config, schema: { body: Type.Object({ address: Address }) } }, (request, reply) =>
    page(request, reply, request.body.address, null),
  );
  const body = Type.Object({ address: Address, recipient: Type.String({ pattern: '^[0-9A-Z]{26}$' }) });
  app.post('/help-desk/announce', { config, schema: { body } }, (request, reply) =>
    page(request, reply, request.body.address, (canonical, staffId) =>
      announceForHelpDesk(desk, { recipientId: request.body.recipient, canonical }, staffId),
    ),
  );
  app.post(
    '/help-desk/end-sessions',
    { config, schema: { body: Type.Object({ address: Address }) } },
    (request, reply) =>
      page(request, reply, request.body.address, (canonical, staffId) =>
        endSessionsOf(desk, canonical, staffId),
      ),
  );
  app.post(
    '/help-desk/start-reset',
    { config, schema: { body: Type.Object({ address: Address }) } },
    (request, reply) =>
      page(request, reply, request.body.address, async (canonical, staffId) => {
        const done = await startReset(desk, canonical, staffId);
        return done === 'done' ? 'reset-started' : done;
      }),
  );
  const handOver = Type.Object({ address: Address, checked: Type.String({ maxLength: LONGEST_CHECK }) });
  app.post('/help-desk/hand-over', { config, schema: { body: handOver } }, (request, reply) =>
    page(request, reply, request.body.address, async (canonical, staffId) => {
      const { checked } = request.body;
      const result = await makeHandOverCode(desk, { canonical, checked, staffId });
      return result.outcome === 'made' ? { done: 'code-made', made: result } : result.outcome;
    }),
  );
}
