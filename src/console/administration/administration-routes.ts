/** The administration's pages, connected: each group of routes in a file of its own. */
import type { AdministrationContext } from '#src/administration/administration-context.ts';
import { listOfficerHolds } from '#src/administration/officer-holds.ts';
import { listProposals } from '#src/administration/proposals.ts';
import type { Desk } from '#src/desk/desk-context.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import type { ConsoleContext } from '../console-context.ts';
import type { PartnerPages } from '../domains-routes.ts';

import type { SiteText } from './announcements-page.ts';
import { addAnnouncementsRoutes } from './announcements-routes.ts';
import { defaultsPage, type DefaultInForce } from './defaults-page.ts';
import { hubPage } from './hub-page.ts';
import { addOfficerRoutes } from './officer-routes.ts';
import { addPartnerRoutes } from './partner-routes.ts';
import { addPartnerRunRoutes } from './partner-run-routes.ts';
import { addPeopleRoutes } from './people-routes.ts';
import { addProposalsRoutes } from './proposals-routes.ts';
import { addTrackingRoutes } from './tracking-routes.ts';

export interface AdministrationParts {
  readonly administration: AdministrationContext;
  readonly desk: Desk;
  readonly pages: PartnerPages;
  readonly defaults: () => readonly DefaultInForce[];
  readonly announcements: () => readonly SiteText[];
  /** Path of the script; null: the pages go without. */
  readonly script: string | null;
}

export function addAdministrationRoutes(
  app: HttpApp,
  context: ConsoleContext,
  parts: AdministrationParts,
): void {
  const { administration, desk, script } = parts;
  app.get('/administration', { config: { policy: 'officer' } }, async (request, reply) => {
    const asker = { viewer: request.viewer, isThisMachine: false, readsMetrics: false };
    const counts = {
      proposals: (await listProposals(administration, 'open')).length,
      holds: (await listOfficerHolds(administration)).length,
    };
    return context.show(request, reply, hubPage(context.language(), asker, counts));
  });
  app.get('/administration/defaults', { config: { policy: 'officer' } }, (request, reply) =>
    context.show(request, reply, defaultsPage(parts.defaults())),
  );
  addPeopleRoutes(app, context, administration, desk);
  addPartnerRoutes(app, context, parts);
  addPartnerRunRoutes(app, context, parts, script);
  addProposalsRoutes(app, context, administration);
  addTrackingRoutes(app, context, administration);
  addOfficerRoutes(app, context, administration);
  addAnnouncementsRoutes(app, context, parts.announcements, script);
}
