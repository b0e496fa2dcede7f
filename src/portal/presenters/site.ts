/** A site as its pages show it. Who has not signed in sees the neutral name of a site whose own says too much. */
import { Type } from '@fastify/type-provider-typebox';

import { minPasswordLength } from '#src/accounts/account-rules.ts';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from '#src/accounts/sessions.ts';
import { HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';

import { LANGUAGES } from '../languages.ts';
import type { PortalContext } from '../portal-context.ts';
import type { PortalSite } from '../portal-dependencies.ts';

const ThemeColours = Type.Object({
  accent: Type.String(),
  accentStrong: Type.String(),
  onAccent: Type.String(),
  tint: Type.String(),
});

export const Site = Type.Object({
  organization: Type.String(),
  helpLine: Type.Union([Type.Object({ phone: Type.String(), hours: Type.String() }), Type.Null()]),
  forSenders: Type.Object({
    helpDeskPhone: Type.String(),
    helpDeskHours: Type.String(),
    policyUrl: Type.String(),
    patientPortalUrl: Type.String(),
    securityOfficer: Type.String(),
  }),
  publicUrl: Type.String(),
  languages: Type.Array(Type.String()),
  defaultLanguage: Type.String(),
  /** Path of a picture. */
  logo: Type.Union([Type.String(), Type.Null()]),
  /** Null: those of the product. */
  colours: Type.Union([Type.Object({ light: ThemeColours, dark: ThemeColours }), Type.Null()]),
  idleMinutes: Type.Integer(),
  sessionHours: Type.Integer(),
  minPasswordLength: Type.Integer(),
  /** Where else people may have an account to sign in with. */
  providers: Type.Array(Type.Union([Type.Literal('google'), Type.Literal('microsoft')])),
});

export function presentSite({ settings, providers }: PortalContext, site: PortalSite, isSignedIn: boolean) {
  return {
    organization: isSignedIn ? site.fullName : site.mail.organization,
    helpLine: site.helpLine,
    forSenders: site.forSenders,
    publicUrl: settings.publicUrl,
    languages: [...LANGUAGES],
    defaultLanguage: site.mail.locale,
    // A picture says as much as a name.
    logo: site.logo === null || (site.hasNeutralName && !isSignedIn) ? null : `/logos/${site.logo.name}`,
    colours: site.colours,
    idleMinutes: SESSION_IDLE_MS / MINUTE_MS,
    sessionHours: SESSION_ABSOLUTE_MS / HOUR_MS,
    minPasswordLength: minPasswordLength(settings.accountRules),
    providers: [...providers.kinds],
  };
}
