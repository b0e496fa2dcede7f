/** `GET /logos/:name`: the logos of sites. Whatever a drawing holds, nothing in it runs or loads anything. */
import type { HttpApp } from '#src/http/http-server.ts';

import type { PortalContext } from '../portal-context.ts';

const LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
const DAY_SECONDS = 86_400;

export function addLogos(app: HttpApp, portal: PortalContext): void {
  app.get<{ Params: { name: string } }>('/logos/:name', { schema: { hide: true } }, (request, reply) => {
    const logo = portal.sites.logos().find(({ name }) => name === request.params.name);
    if (logo === undefined) return reply.callNotFound();
    // The name is a hash of the content.
    return reply
      .header('content-security-policy', LOGO_POLICY)
      .header('cache-control', `public, max-age=${DAY_SECONDS}, immutable`)
      .type(logo.contentType)
      .send(logo.bytes);
  });
}
