/**
 * Where a delivery goes. Mail for the organisation's own domains takes the internal route and never the general
 * smarthost; everything else takes the outside route. A route without a server is the capture of a trial.
 */
import type { NextHop } from '#src/smtp/client/transmit.ts';

export type Route = { readonly kind: 'capture' } | { readonly kind: 'smtp'; readonly hop: NextHop };

export interface Routes {
  readonly internal: Route;
  readonly outside: Route;
}

export function chooseRoute(routes: Routes, delivery: { readonly route: 'internal' | 'outside' }): Route {
  return delivery.route === 'internal' ? routes.internal : routes.outside;
}

/** For logs and audit entries. */
export function routeName(route: Route): string {
  return route.kind === 'capture' ? 'capture' : `${route.hop.host}:${route.hop.port}`;
}
