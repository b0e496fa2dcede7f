/**
 * The portal: what recipients of secure messages reach with their browser. This file only puts endpoints, policies
 * and dependencies together.
 */
import { sweepAccess } from '#src/accounts/address-access.ts';
import { raiseTamperAlarm } from '#src/accounts/accounts-context.ts';
import { sweepPendingResets } from '#src/accounts/pending-reset.ts';
import { sweepChoices } from '#src/accounts/reading-choices.ts';
import { sweepDevices } from '#src/accounts/remembered-devices.ts';
import { RowForged } from '#src/accounts/row-mac.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { errorCode } from '#src/base/coded-error.ts';
import {
  createHttpServer,
  type HttpApp,
  type ListeningAddress,
  type TlsFiles,
} from '#src/http/http-server.ts';
import { collectRouteSchemas, serveOpenApi } from '#src/http/openapi.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';
import { hostOf } from '#src/http/request-checks.ts';
import { forgetOldDrafts } from '#src/replies/drafts.ts';
import type { Statement } from '#src/storage/database.ts';

import { addAccessEndpoints } from './endpoints/access.ts';
import { addAccountAddressEndpoints } from './endpoints/account-addresses.ts';
import { addAccountPasswordEndpoint } from './endpoints/account-password.ts';
import { addAccountEndpoints } from './endpoints/account.ts';
import { addAskEndpoints } from './endpoints/ask.ts';
import { addCheckEndpoint } from './endpoints/check.ts';
import { addCheckMailEndpoint } from './endpoints/check-mail.ts';
import { addAccountCredentialEndpoints } from './endpoints/account-credentials.ts';
import { addAccountPasskeyEndpoints } from './endpoints/account-passkeys.ts';
import { addAccountProviderEndpoints } from './endpoints/account-providers.ts';
import { addAccountSecondFactorEndpoints } from './endpoints/account-second-factor.ts';
import { addChunkEndpoints } from './endpoints/chunks.ts';
import { addHealthEndpoints } from './endpoints/health.ts';
import { addJoinEndpoints } from './endpoints/join.ts';
import { addKeptEndpoint } from './endpoints/kept.ts';
import { addLinkCodeEndpoints } from './endpoints/link-code.ts';
import { addLogos } from './endpoints/logos.ts';
import { addLinkEndpoint } from './endpoints/link.ts';
import { addMessagesEndpoint } from './endpoints/messages.ts';
import { addNotForMeEndpoint } from './endpoints/not-for-me.ts';
import { addOpenMessageEndpoint } from './endpoints/open-message.ts';
import { addOtherWayEndpoint } from './endpoints/other-way.ts';
import { addPages } from './endpoints/pages.ts';
import { addPasskeySignInEndpoints } from './endpoints/passkey-sign-in.ts';
import { addProviderSignInEndpoints } from './endpoints/provider-sign-in.ts';
import { addRegistrationEndpoints } from './endpoints/registration.ts';
import { addReplyFileEndpoints } from './endpoints/reply-files.ts';
import { addReplyEndpoints } from './endpoints/reply.ts';
import { addResetEndpoints } from './endpoints/reset.ts';
import { addSecondChannelEndpoints } from './endpoints/second-channel.ts';
import { addResetWaitEndpoints } from './endpoints/reset-wait.ts';
import { addSessionEndpoints } from './endpoints/session.ts';
import { addSignInStepEndpoints } from './endpoints/sign-in-steps.ts';
import { addSiteEndpoint } from './endpoints/site.ts';
import { SealBroken } from './policies/content-key.ts';
import { notAvailable } from './policies/refusals.ts';
import { buildPortalContext, type PortalContext } from './portal-context.ts';
import type { PortalDependencies } from './portal-dependencies.ts';

/** What was written and not sent is kept so long after it was last touched. */
const DRAFTS_KEPT_MS = 30 * DAY_MS;

export interface Portal {
  readonly app: HttpApp;
  listen(address: { host: string; port: number }): Promise<ListeningAddress>;
  reloadTls(files: TlsFiles): void;
  /** Statements that remove ended sessions, old codes and counters; to be committed now and then. */
  sweep(): readonly Statement[];
  /** Resolves when no mail is being written after an answer. */
  settled(): Promise<void>;
  /** Finishes what is under way. */
  close(): Promise<void>;
}

export async function createPortal(dependencies: PortalDependencies): Promise<Portal> {
  const portal = buildPortalContext(dependencies);
  const { settings } = dependencies;
  const server = await createHttpServer({
    log: dependencies.log,
    publicUrl: settings.publicUrl,
    allowedHosts: settings.allowedHosts ?? [hostOf(settings.publicUrl)],
    tls: settings.tls,
    trustedProxies: settings.trustedProxies,
    listener: 'portal',
    translateError: (error) => translateError(portal, error),
  });
  await collectRouteSchemas(server.app, {
    title: `${settings.organization.name}: Send Secure portal`,
    version: settings.version,
    url: settings.publicUrl,
  });
  await addEndpoints(server.app, portal);
  return {
    app: server.app,
    listen: (address) => server.listen(address),
    reloadTls: (files) => server.reloadTls(files),
    sweep: () => [
      portal.sessions.sweep(),
      portal.codes.sweep(),
      portal.handOver.sweep(),
      portal.throttle.sweep(),
      portal.tickets.sweep(),
      sweepDevices(portal),
      sweepPendingResets(portal),
      sweepAccess(portal),
      sweepChoices(portal),
      forgetOldDrafts(portal.database, portal.clock.now() - DRAFTS_KEPT_MS),
    ],
    settled: () => portal.background.settled(),
    close: async () => {
      await server.close();
      await portal.background.settled();
    },
  };
}

async function addEndpoints(app: HttpApp, portal: PortalContext): Promise<void> {
  addSiteEndpoint(app, portal);
  addLinkEndpoint(app, portal);
  addLinkCodeEndpoints(app, portal);
  addNotForMeEndpoint(app, portal);
  addAskEndpoints(app, portal);
  addOtherWayEndpoint(app, portal);
  addRegistrationEndpoints(app, portal);
  addSessionEndpoints(app, portal);
  addPasskeySignInEndpoints(app, portal);
  addProviderSignInEndpoints(app, portal);
  addSignInStepEndpoints(app, portal);
  addResetEndpoints(app, portal);
  addResetWaitEndpoints(app, portal);
  addAccountCredentialEndpoints(app, portal);
  addAccountPasskeyEndpoints(app, portal);
  addAccountProviderEndpoints(app, portal);
  addAccountSecondFactorEndpoints(app, portal);
  addMessagesEndpoint(app, portal);
  addOpenMessageEndpoint(app, portal);
  addSecondChannelEndpoints(app, portal);
  addChunkEndpoints(app, portal);
  addReplyEndpoints(app, portal);
  addReplyFileEndpoints(app, portal);
  addKeptEndpoint(app, portal);
  addAccountEndpoints(app, portal);
  addAccountPasswordEndpoint(app, portal);
  addAccountAddressEndpoints(app, portal);
  addAccessEndpoints(app, portal);
  addJoinEndpoints(app, portal);
  addCheckEndpoint(app, portal);
  addCheckMailEndpoint(app, portal);
  addHealthEndpoints(app, portal);
  addLogos(app, portal);
  serveOpenApi(app);
  await addPages(app, portal);
}

/** Stored data that does not verify looks like data that is not there; somebody is told. */
async function translateError(portal: PortalContext, error: unknown): Promise<Refusal | null> {
  if (error instanceof RowForged) {
    await raiseTamperAlarm(portal, { what: error.table, rowKey: error.rowKey });
    return notAvailable();
  }
  if (error instanceof SealBroken) {
    const { recipient, message } = error.copy;
    await raiseTamperAlarm(portal, { what: error.what, messageId: message.id, recipientId: recipient.id });
    return notAvailable();
  }
  if (errorCode(error) === 'busy') {
    const { code, message } = genericRefusal(503);
    return new Refusal(503, code, message, { retryAfterSeconds: 5 });
  }
  return null;
}
