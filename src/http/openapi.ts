/** The machine-readable description of the JSON routes, made from the schemas that validate them (OpenAPI 3.1). */
import swagger from '@fastify/swagger';

import type { HttpApp } from './http-server.ts';

/** Must be registered before the routes that it describes. */
export async function collectRouteSchemas(
  app: HttpApp,
  info: { title: string; version: string; url: string },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: info.title, version: info.version },
      servers: [{ url: info.url }],
    },
  });
}

export function serveOpenApi(app: HttpApp): void {
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
