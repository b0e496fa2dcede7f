/**
 * `GET /api/site` and `GET /api/links/:token/site`: what every page shows of the organisation, or of the site whose
 * page it is: by its short name, or by the message of a link. Public; changes nothing.
 */
import { Type } from '@fastify/type-provider-typebox';

import type { HttpApp } from '#src/http/http-server.ts';

import { findCopyByLink } from '../policies/copy.ts';
import { canonicalAddresses, findReader } from '../policies/reader.ts';
import { linkUnknown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentSite, Site } from '../presenters/site.ts';
import { errors, TokenParams } from '../wire.ts';

export function addSiteEndpoint(app: HttpApp, portal: PortalContext): void {
  app.get('/api/site', {
    schema: {
      summary: 'The organisation or one of its sites, and the help line',
      querystring: Type.Object({ site: Type.Optional(Type.String({ maxLength: 30 })) }),
      response: { 200: Site, ...errors },
    },
    handler: (request) => presentSite(portal, portal.sites.byId(request.query.site ?? ''), false),
  });
  app.get('/api/links/:token/site', {
    schema: {
      summary: 'The site of the message of a link',
      params: TokenParams,
      response: { 200: Site, ...errors },
    },
    handler: async (request) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      const reader = await findReader(portal, request);
      const isReader =
        reader !== null && canonicalAddresses(reader).includes(copy.recipient.canonicalAddress);
      return presentSite(portal, portal.sites.of(copy.message.fromAddress), isReader);
    },
  });
}
