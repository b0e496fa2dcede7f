/**
 * Where a delivery goes and over what channel. Mail for the organisation's own domains takes the internal route and
 * never the general one. What must be protected goes straight to the domain's own servers, or through the general
 * next hop only where that was allowed and passes the duty on (REQUIRETLS, RFC 8689). Pure: nothing is looked up here.
 */
import type { TlsSetting } from '#src/routing/route-plan.ts';
import type { NextHop } from '#src/smtp/client/transmit.ts';
import type { DeliveryKind } from '#src/storage/tables.ts';

export type Route =
  /** Kept in this house: the route of a trial. */
  | { readonly kind: 'capture' }
  /** To the servers of each domain. */
  | { readonly kind: 'mx' }
  | {
      readonly kind: 'smtp';
      readonly hop: NextHop;
      /** The next hop is on this host: nobody is on the wire. */
      readonly onThisHost: boolean;
    };

export interface Routes {
  readonly internal: Route;
  readonly outside: Route;
  /** Mail that must be protected takes the outside next hop where that offers REQUIRETLS. */
  readonly protectedThroughNextHop: boolean;
}

export interface RoutedDelivery {
  readonly route: 'internal' | 'outside';
  readonly kind: DeliveryKind;
  readonly domain: string;
  readonly tlsRequirement: 'verified' | 'requiretls' | null;
}

/** How the servers of a domain prove who they are. */
export type SettingOf = (domain: string) => TlsSetting;

export type Way =
  | { readonly kind: 'capture' }
  | { readonly kind: 'hop'; readonly hop: NextHop; readonly requireTls: boolean }
  | {
      readonly kind: 'plan';
      readonly setting: TlsSetting;
      /** What a server's channel must be at least, whatever the plan is content with. */
      readonly atLeast: 'nothing' | 'planned' | 'encrypted' | 'verified';
      readonly requireTls: boolean;
    };

export function chooseWay(routes: Routes, delivery: RoutedDelivery, settingOf: SettingOf): Way {
  const route = delivery.route === 'internal' ? routes.internal : routes.outside;
  if (route.kind === 'capture') return route;
  switch (delivery.tlsRequirement) {
    case 'verified':
      return protectedWay(routes, settingOf(delivery.domain));
    case 'requiretls':
      return passedOnWay(route, settingOf(delivery.domain));
    case null:
      return route.kind === 'smtp' ? plainHop(route, delivery.kind) : plainPlan(delivery.kind);
  }
}

/** The domain whose own servers the mail goes to; null where all mail of the route goes to one server, or to none. */
export function destinationOf(routes: Routes, delivery: RoutedDelivery, settingOf: SettingOf): string | null {
  return chooseWay(routes, delivery, settingOf).kind === 'plan' ? delivery.domain : null;
}

/** A server that was named for a partner is meant for it, whatever holds for the others. */
function protectedWay(routes: Routes, setting: TlsSetting): Way {
  const named = 'nextHop' in setting && setting.nextHop !== undefined;
  const { outside, protectedThroughNextHop } = routes;
  if (!named && protectedThroughNextHop && outside.kind === 'smtp')
    return { kind: 'hop', hop: { ...outside.hop, tls: 'verified' }, requireTls: true };
  return { kind: 'plan', setting, atLeast: 'verified', requireTls: false };
}

/** A partner's servers are asked themselves: what the partner proves counts for more than what the next hop promises. */
function passedOnWay(route: Exclude<Route, { kind: 'capture' }>, setting: TlsSetting): Way {
  return route.kind === 'smtp' && setting.kind === 'authenticated'
    ? { kind: 'hop', hop: { ...route.hop, tls: 'verified' }, requireTls: true }
    : { kind: 'plan', setting, atLeast: 'verified', requireTls: true };
}

/** A code lets somebody in: it leaves this host over TLS or not at all. */
function plainHop({ hop, onThisHost }: Route & { kind: 'smtp' }, kind: DeliveryKind): Way {
  const needsTls = kind === 'code' && !onThisHost && hop.tls !== 'verified';
  return { kind: 'hop', hop: needsTls ? { ...hop, tls: 'encrypted' } : hop, requireTls: false };
}

function plainPlan(kind: DeliveryKind): Way {
  const atLeast = kind === 'code' ? 'encrypted' : kind === 'tls-report' ? 'nothing' : 'planned';
  return { kind: 'plan', setting: { kind: 'opportunistic' }, atLeast, requireTls: false };
}
