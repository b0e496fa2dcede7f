/** The pages: one document in each language for every path of the web app, its files, and the empty frame for HTML mail. */
import type { FastifyRequest } from 'fastify';

import type { HttpApp } from '#src/http/http-server.ts';
import {
  loadStaticAssets,
  serveApp,
  serveFrame,
  serveStaticAssets,
  serveUnknownPaths,
} from '#src/http/static-assets.ts';

import { languageOfPage } from '../languages.ts';
import type { PortalContext } from '../portal-context.ts';

const PAGES = [
  '/',
  '/m/:token',
  '/messages',
  '/messages/:id',
  '/account',
  '/join',
  '/sign-in',
  '/sign-in/google',
  '/sign-in/microsoft',
  '/stop-reset/:token',
  '/check',
  '/help',
  '/help/:page',
] as const;

export async function addPages(app: HttpApp, portal: PortalContext): Promise<void> {
  serveFrame(app);
  if (portal.web === null) return;
  const { pages, assetsFolder } = portal.web;
  const pageFor = (request: FastifyRequest) => pages[languageOfPage(request, portal.settings.locale)];
  serveApp(app, PAGES, pageFor);
  serveUnknownPaths(app, pageFor);
  serveStaticAssets(app, '/assets/', await loadStaticAssets(assetsFolder));
}
