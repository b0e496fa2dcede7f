/**
 * Stands before every route of the staff listener: finds the viewer once, asks the route's policy, and refuses. A
 * person who is not signed in is led to the sign-in page and back; a program is told 401. A route that names no policy
 * stops the start.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { CodedError } from '#src/base/coded-error.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';
import type { StaffViewer } from '#src/staff/viewer.ts';

import { isPolicyName, mayUse, wantsSecondFactor, type Asker, type PolicyName } from './policies.ts';
import { signInPath } from './return-path.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Staff listener: who is signed in; null: nobody. */
    viewer: StaffViewer | null;
  }
  interface FastifyContextConfig {
    /** Staff listener: name in `console/policies/policies.ts`. */
    policy?: string;
  }
}

export interface GuardOptions {
  findViewer(request: FastifyRequest): Promise<StaffViewer | null>;
  /** Whether this address may reach the listener at all. */
  admits(remoteAddress: string): boolean;
  isThisMachine(request: FastifyRequest): boolean;
  readsMetrics(request: FastifyRequest): boolean;
}

/** Before the first route is registered. Each route's policy is told to `onRoute`, for the test that lists them. */
export function guardRoutes(
  app: HttpApp,
  options: GuardOptions,
  onRoute: (route: { method: string; path: string; policy: PolicyName }) => void = () => {},
): void {
  app.decorateRequest('viewer', null);
  app.addHook('onRoute', ({ method, url, config }) => {
    const policy: unknown = config?.policy;
    if (!isPolicyName(policy))
      throw new CodedError('route-without-policy', `${url} does not say who may use it`);
    for (const one of [method].flat()) onRoute({ method: one, path: url, policy });
  });
  app.addHook('onRequest', async (request, reply) => {
    if (!options.admits(request.ip)) throw notAllowed('network-not-allowed');
    const { policy } = request.routeOptions.config;
    // Unknown paths have no route and no policy; they are answered 404 whoever asks.
    if (!isPolicyName(policy)) return;
    request.viewer = await options.findViewer(request);
    const asker: Asker = {
      viewer: request.viewer,
      isThisMachine: options.isThisMachine(request),
      readsMetrics: options.readsMetrics(request),
    };
    if (!mayUse(policy, asker)) return refuse(policy, asker, request, reply);
  });
}

function refuse(
  policy: PolicyName,
  asker: Asker,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // What is for this machine only does not exist elsewhere.
  if (policy === 'this-machine') {
    const { code, message } = genericRefusal(404);
    throw new Refusal(404, code, message);
  }
  if (policy === 'metrics-reader') throw notAllowed('metrics-not-allowed');
  if (asker.viewer === null) {
    const isPage = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (isPage) return reply.redirect(signInPath(request.url), 303);
    throw new Refusal(401, 'session-needed', 'Please sign in.');
  }
  throw notAllowed(wantsSecondFactor(policy, asker) ? 'second-factor-needed' : 'not-allowed');
}

function notAllowed(code: string): Refusal {
  return new Refusal(403, code, 'This is not open to you.');
}
