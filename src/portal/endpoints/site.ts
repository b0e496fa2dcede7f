/** `GET /api/site`: what every page shows of the organisation. Public. */
import { Type } from '@fastify/type-provider-typebox';

import { minPasswordLength } from '#src/accounts/account-rules.ts';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from '#src/accounts/sessions.ts';
import { HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import { LANGUAGES } from '../languages.ts';
import type { PortalContext } from '../portal-context.ts';
import { errors } from '../wire.ts';

const Site = Type.Object({
  organization: Type.String(),
  helpLine: Type.Union([Type.Object({ phone: Type.String(), hours: Type.String() }), Type.Null()]),
  forSenders: Type.Object({
    helpDeskPhone: Type.String(),
    policyUrl: Type.String(),
    patientPortalUrl: Type.String(),
  }),
  publicUrl: Type.String(),
  languages: Type.Array(Type.String()),
  defaultLanguage: Type.String(),
  idleMinutes: Type.Integer(),
  sessionHours: Type.Integer(),
  minPasswordLength: Type.Integer(),
});

const NOTHING_FOR_SENDERS = { helpDeskPhone: '', policyUrl: '', patientPortalUrl: '' };

export function addSiteEndpoint(app: HttpApp, portal: PortalContext): void {
  const { settings } = portal;
  app.get('/api/site', {
    schema: { summary: 'The organisation and its help line', response: { 200: Site, ...errors } },
    handler: () => ({
      organization: settings.organization.name,
      helpLine: settings.helpLine,
      forSenders: settings.forSenders ?? NOTHING_FOR_SENDERS,
      publicUrl: settings.publicUrl,
      languages: [...LANGUAGES],
      defaultLanguage: settings.locale,
      idleMinutes: SESSION_IDLE_MS / MINUTE_MS,
      sessionHours: SESSION_ABSOLUTE_MS / HOUR_MS,
      minPasswordLength: minPasswordLength(settings.accountRules),
    }),
  });
}
