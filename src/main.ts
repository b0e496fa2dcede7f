/**
 * The composition root: opens what the parts share, starts them in their order, and closes them in the order in which
 * nothing is lost. How each part is connected is in gateway/. It decides nothing itself.
 */
import type { Settings } from '#src/config/settings.ts';
import { startupNotices } from '#src/config/startup-notices.ts';
import { type Core, type GatewayOptions, openCore } from '#src/gateway/core.ts';
import { mailSigning } from '#src/gateway/mail-signing.ts';
import { siteLogos } from '#src/gateway/site-logos.ts';
import { routesOf } from '#src/gateway/part-settings.ts';
import { type ReturnListener, startReturnListener } from '#src/gateway/return-listener.ts';
import { startConsole } from '#src/gateway/start-console.ts';
import { startControl } from '#src/gateway/start-control.ts';
import { startDelivery } from '#src/gateway/start-delivery.ts';
import { startHolds } from '#src/gateway/start-holds.ts';
import { startPartners } from '#src/gateway/start-partners.ts';
import { startPortal } from '#src/gateway/start-portal.ts';
import { startReceiving, type Receiving } from '#src/gateway/start-receiving.ts';
import { startReminders } from '#src/gateway/start-reminders.ts';
import { startSummaries } from '#src/gateway/start-summaries.ts';
import { metricsAccess } from '#src/gateway/staff-parts.ts';
import { readTlsPair } from '#src/gateway/tls-files.ts';
import type { HttpServer } from '#src/http/http-server.ts';
import type { PartnerList } from '#src/partners/partner-list.ts';
import type { Reminders } from '#src/reminders/reminders.ts';
import type { Portal } from '#src/portal/portal.ts';
import type { Summaries } from '#src/summaries/summaries.ts';

export type { GatewayOptions };

export interface Gateway {
  readonly smtpPort: number;
  /** Null where TLS from the first octet is not configured. */
  readonly smtpTlsPort: number | null;
  /** Null where no listener for returned mail is configured. */
  readonly returnsPort: number | null;
  readonly portalPort: number;
  readonly consolePort: number;
  readonly partners: PartnerList;
  /** Sentences on what is not as it should be, beside what the configuration says of itself. */
  findings(): Promise<readonly string[]>;
  readonly reminders: Pick<Reminders, 'sendDue'>;
  readonly summaries: Pick<Summaries, 'sendDue'>;
  /** Tries now what waits for the virus check. */
  sendWaitingReplies(): Promise<void>;
  /** Takes new settings and certificates; throws where they can't be used, and the old ones stay in force. */
  reload(settings: Settings): Promise<void>;
  /** Records that a new configuration could not be used; `code` says why, the log says more. */
  recordRefusedReload(code: string): Promise<void>;
  /** Finishes what is under way within `graceMs`; the rest stays queued. */
  close(graceMs: number): Promise<void>;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const core = await openCore(options);
  const parts: Closable[] = [];
  try {
    const delivery = await startDelivery(core);
    parts.push(delivery);
    const holds = startHolds(core);
    parts.push(holds);
    const portal = await startPortal(core);
    parts.push(portal);
    const summaries = startSummaries(core);
    parts.push(summaries);
    const console = await startConsole(core, { ...holds, ...delivery, summaries });
    parts.push(console);
    const returns = await startReturnListener(core, delivery.reports);
    parts.push(returns);
    const smtp = await startReceiving(core);
    parts.push(smtp);
    parts.push(startPartners(core));
    const reminders = startReminders(core);
    parts.push(reminders);
    parts.push(await startControl(core));
    await core.audit.record({
      event: 'gateway-started',
      facts: { version: options.version, mode: modeOf(core.settings) },
    });
    warnWhereUnprotected(core);
    for (const text of await findingsBesideNotices(core)) core.log.warn(text);
    return {
      smtpPort: smtp.port,
      smtpTlsPort: smtp.tlsPort,
      returnsPort: returns.port,
      portalPort: portal.port,
      consolePort: console.port,
      partners: core.partners,
      findings: () => findingsBesideNotices(core),
      recordRefusedReload: (code) => core.audit.record({ event: 'configuration-refused', facts: { code } }),
      reload: (settings) => reload(core, settings, { smtp, returns, portal: portal.portal, console }),
      reminders: reminders.reminders,
      summaries: summaries.summaries,
      sendWaitingReplies: portal.sendWaitingReplies,
      close: (graceMs) => closeAll(core, parts, graceMs),
    };
  } catch (error) {
    await closeAll(core, parts, 0);
    throw error;
  }
}

interface Closable {
  close(graceMs: number): Promise<void>;
}

/** Listeners keep their addresses; everything that is asked for anew takes effect with the next message. */
async function reload(
  core: Core,
  settings: Settings,
  listeners: {
    smtp: Receiving;
    returns: ReturnListener;
    portal: Portal;
    console: Pick<HttpServer, 'reloadTls'>;
  },
): Promise<void> {
  const smtp = await listeners.smtp.prepare(settings);
  const portalTls = await readTlsPair(settings.portal.tls);
  const consoleTls = await readTlsPair(settings.console.tls);
  metricsAccess(settings);
  routesOf(settings);
  mailSigning(settings);
  siteLogos(settings);
  await listeners.returns.reload(settings);
  // What can't be recorded doesn't happen; nothing behind this can fail.
  await core.audit.record({ event: 'configuration-reloaded', facts: { mode: modeOf(settings) } });
  smtp.apply();
  if (portalTls !== undefined) listeners.portal.reloadTls(portalTls);
  if (consoleTls !== undefined) listeners.console.reloadTls(consoleTls);
  core.settings = settings;
  warnWhereUnprotected(core);
}

/** `protect`, `observe`, or `observe-some`. */
function modeOf({ organization: { mode, observe } }: Settings): string {
  return observe.length > 0 ? 'observe-some' : mode;
}

/** Nobody may believe mail protected that isn't. */
function warnWhereUnprotected({ settings, log }: Core): void {
  for (const { level, text } of startupNotices(settings)) if (level === 'unprotected') log.warn(text);
}

/** What is found at the start: that outgoing mail is stopped, for one. The notices of the configuration stand in the banner. */
async function findingsBesideNotices({ readiness, settings }: Core): Promise<readonly string[]> {
  const said = new Set(startupNotices(settings).map(({ name }) => name));
  const { failing, warnings } = await readiness.report();
  return [...failing, ...warnings].flatMap(({ name, text }) => (said.has(name) ? [] : [text]));
}

/** The newest part first: nothing new comes in while the rest is finished. All share one deadline. */
async function closeAll(core: Core, parts: readonly Closable[], graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  for (const part of parts.toReversed()) {
    try {
      await part.close(Math.max(0, deadline - performance.now()));
    } catch (error) {
      core.log.warn('a part did not close cleanly', { error });
    }
  }
  try {
    await core.audit.record({ event: 'gateway-stopped' });
  } catch (error) {
    core.log.warn('the end of this run could not be recorded', { error });
  }
  await core.database.close();
}
