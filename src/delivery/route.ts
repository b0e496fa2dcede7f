/**
 * Where a delivery goes. Mail for the organisation's own domains takes the internal route and never the general
 * smarthost; everything else takes the outside route. A route without a server is the capture of a trial.
 */
import type { NextHop } from '#src/smtp/client/transmit.ts';
import type { DeliveryKind } from '#src/storage/tables.ts';

export type Route =
  | { readonly kind: 'capture' }
  | {
      readonly kind: 'smtp';
      readonly hop: NextHop;
      /** The next hop is on this host: nobody is on the wire. */
      readonly onThisHost: boolean;
    };

export interface Routes {
  readonly internal: Route;
  readonly outside: Route;
}

export function chooseRoute(routes: Routes, delivery: { readonly route: 'internal' | 'outside' }): Route {
  return delivery.route === 'internal' ? routes.internal : routes.outside;
}

/** The hop for a mail of this kind. A code lets somebody in: it leaves this host over TLS or not at all. */
export function hopFor(route: Route & { kind: 'smtp' }, delivery: { readonly kind: DeliveryKind }): NextHop {
  const { hop, onThisHost } = route;
  return delivery.kind === 'code' && !onThisHost && hop.tls !== 'verified'
    ? { ...hop, tls: 'encrypted' }
    : hop;
}

/** For logs and audit entries. */
export function routeName(route: Route): string {
  return route.kind === 'capture' ? 'capture' : `${route.hop.host}:${route.hop.port}`;
}
