/** `/healthz`: this process answers. `/readyz`: it can do its work, or which kinds of things are wrong; words are for staff. */
import { Type } from '@fastify/type-provider-typebox';

import type { HttpApp } from '#src/http/http-server.ts';

import type { PortalContext } from '../portal-context.ts';

const Health = Type.Object({ status: Type.String() });
const Ready = Type.Object({
  status: Type.String(),
  failing: Type.Optional(Type.Array(Type.String())),
  warnings: Type.Optional(Type.Array(Type.String())),
});

export function addHealthEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/healthz', {
    schema: { summary: 'Whether the process is alive', response: { 200: Health } },
    handler: () => ({ status: 'alive' }),
  });

  app.get('/readyz', {
    schema: { summary: 'Whether the service can do its work', response: { 200: Ready, 503: Ready } },
    handler: async (_request, reply) => {
      const { failing, warnings } = await portal.readiness();
      const isReady = failing.length === 0;
      return reply.code(isReady ? 200 : 503).send({
        status: isReady ? 'ready' : 'not ready',
        ...(!isReady && { failing: [...failing] }),
        ...(warnings.length > 0 && { warnings: [...warnings] }),
      });
    },
  });
}
