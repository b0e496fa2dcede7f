/** The pages: one document for every path of the web app, its files, and the empty frame for HTML mail. */
import type { HttpApp } from '#src/http/http-server.ts';
import {
  loadStaticAssets,
  serveApp,
  serveFrame,
  serveStaticAssets,
  serveUnknownPaths,
} from '#src/http/static-assets.ts';

import type { PortalContext } from '../portal-context.ts';

const PAGES = [
  '/',
  '/m/:token',
  '/messages',
  '/messages/:id',
  '/account',
  '/join',
  '/sign-in',
  '/stop-reset/:token',
  '/check',
  '/help',
  '/help/:page',
] as const;

export async function addPages(app: HttpApp, portal: PortalContext): Promise<void> {
  serveFrame(app);
  if (portal.web === null) return;
  const { html, assetsFolder } = portal.web;
  serveApp(app, PAGES, () => html);
  serveUnknownPaths(app, () => html);
  serveStaticAssets(app, '/assets/', await loadStaticAssets(assetsFolder));
}
