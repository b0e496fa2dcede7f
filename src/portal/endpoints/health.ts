/** `/healthz`: this process answers. `/readyz`: it can do its work. Neither tells which part is ill; the log does. */
import { Type } from '@fastify/type-provider-typebox';

import type { HttpApp } from '#src/http/http-server.ts';

import type { PortalContext } from '../portal-context.ts';

const Health = Type.Object({ status: Type.String() });
const Ready = Type.Object({ status: Type.String(), mode: Type.Optional(Type.String()) });
const CHECK_TIMEOUT_MS = 5_000;

export function addHealthEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/healthz', {
    schema: { summary: 'Whether the process is alive', response: { 200: Health } },
    handler: () => ({ status: 'alive' }),
  });

  app.get('/readyz', {
    schema: { summary: 'Whether the service can do its work', response: { 200: Ready, 503: Health } },
    handler: async (_request, reply) => {
      const results = await Promise.all(portal.readiness.map((check) => passes(portal, check)));
      if (results.every(Boolean)) return ready(portal.unprotected?.() ?? null);
      return reply.code(503).send({ status: 'not ready' });
    },
  });
}

function ready(unprotected: string | null): { status: string; mode?: string } {
  return unprotected === null ? { status: 'ready' } : { status: 'ready', mode: unprotected };
}

async function passes(
  portal: PortalContext,
  check: { readonly name: string; check(): Promise<boolean> },
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  try {
    const isFine = await Promise.race([check.check(), timeout]);
    if (!isFine) portal.log.warn('not ready', { step: check.name });
    return isFine;
  } catch (error) {
    portal.log.warn('not ready', { step: check.name, error });
    return false;
  } finally {
    clearTimeout(timer);
  }
}
