/** What the portal is given: mails sealed and queued, the thread of a message, and its settings. */
import { ClamdScanner } from '#src/antivirus/clamd.ts';
import { CodedError } from '#src/base/coded-error.ts';
import type { Settings } from '#src/config/settings.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { readDkimKey } from '#src/mail-auth/dkim-keys.ts';
import { dnsRecordName, dnsRecordText } from '#src/mail-auth/dkim-record.ts';
import type {
  Logo,
  MessageThread,
  PortalMailer,
  PortalSettings,
  PortalSite,
  PortalSites,
  SuspectMailSettings,
} from '#src/portal/portal-dependencies.ts';
import { messageCodeOf } from '#src/protection/secure-message/message-code.ts';
import type { ReplyTools } from '#src/replies/accept-reply.ts';
import type { UploadRules } from '#src/replies/upload-rules.ts';
import type { WrittenMailSealer } from '#src/queue/written-mails.ts';
import type { Database } from '#src/storage/database.ts';
import { preparedQuery } from '#src/storage/prepared.ts';
import type { MessagesTable } from '#src/storage/tables.ts';

import type { Core } from './core.ts';
import { oncePerSettings } from './once-per-settings.ts';
import { allowedHosts, mainDomain, messagePage } from './part-settings.ts';
import { currentAcceptanceSettings } from './partner-directory.ts';
import { readSecret } from './read-secret.ts';
import { siteLogos } from './site-logos.ts';
import { type Site, sitesOf } from './sites.ts';
import type { TlsPair } from './tls-files.ts';

export function portalSettings(
  settings: Settings,
  tls: TlsPair | undefined,
  version: string,
): PortalSettings {
  const { organization, portal, publicUrl } = settings;
  return {
    publicUrl,
    allowedHosts: allowedHosts(publicUrl, portal.listen.port),
    organization: {
      name: organization.name,
      words: [
        ...organization.domains.map((domain) => domain.replace('*.', '')),
        ...settings.sites.flatMap(({ name, neutralName }) =>
          neutralName === '' ? [name] : [name, neutralName],
        ),
      ],
    },
    accountRules: portal.accounts,
    // Changes take effect with a restart.
    providers: portal.providers.map(({ kind, issuer, clientId, clientSecretFile }) => ({
      kind,
      issuer,
      clientId,
      clientSecret: readSecret(clientSecretFile, 1, 'provider-secret'),
    })),
    locale: organization.language,
    consoleUrl: settings.console.publicUrl,
    staffMessagePage: (messageId) => messagePage(settings, messageId),
    messageIdDomain: mainDomain(settings),
    tls,
    trustedProxies: portal.trustedProxies,
    version,
  };
}

/** Asked for anew with each request: a reload takes effect. */
export function portalSites(core: Pick<Core, 'settings'>): PortalSites {
  const present = (site: Site): PortalSite => portalSite(site, siteLogos(core.settings));
  return {
    of: (author) => present(sitesOf(core.settings).of(author)),
    byId: (id) => present(sitesOf(core.settings).byId(id) ?? sitesOf(core.settings).whole),
    logos: () => [...siteLogos(core.settings).values()],
  };
}

function portalSite({ setting, mail }: Site, logos: ReadonlyMap<string, Logo>): PortalSite {
  return {
    mail,
    fullName: setting.name,
    hasNeutralName: setting.neutralName !== '',
    helpLine: setting.helpPhone === '' ? null : { phone: setting.helpPhone, hours: setting.helpHours },
    forSenders: {
      helpDeskPhone: setting.helpDeskPhone,
      helpDeskHours: setting.helpDeskHours,
      policyUrl: setting.policyUrl,
      patientPortalUrl: setting.patientPortalUrl,
      securityOfficer: setting.securityOfficer ?? '',
    },
    logo: setting.logo === null ? null : (logos.get(setting.logo) ?? null),
    colours: setting.colours,
    securityOfficer: setting.securityOfficer ?? setting.serviceAddress,
  };
}

export function portalMailer(sealer: WrittenMailSealer): PortalMailer {
  return {
    async statementsForMail({ kind, messageId, recipientId, render }) {
      const { statements } = await sealer.seal(
        [{ kind, mail: render, recipientId, reversePath: '' }],
        messageId,
      );
      return statements;
    },
  };
}

export const suspectMailSettings = oncePerSettings(
  ({ publicUrl, console, organization, sites, dkim, keysDir }: Settings): SuspectMailSettings => ({
    origins: [publicUrl, console.publicUrl].map((url) => new URL(url).origin),
    dkimRecords: new Map(
      dkim.map((name) => [dnsRecordName(name), dnsRecordText(readDkimKey(keysDir, name).privateKey)]),
    ),
    serviceAddresses: [organization, ...sites].flatMap(
      ({ serviceAddress }) => parseMailAddress(serviceAddress)?.canonical ?? [],
    ),
  }),
);

/** Null where nobody would look at files from outside. */
const uploadRules = oncePerSettings(({ antivirus, replies, limits }: Settings): UploadRules | null => {
  const scanner = antivirus.clamd === null ? null : new ClamdScanner(antivirus.clamd);
  if (scanner === null && !replies.inboundFilter) return null;
  const { secureAttachmentBytes, secureMessageBytes } = limits;
  return { maxFileBytes: secureAttachmentBytes, maxTotalBytes: secureMessageBytes, scanner };
});

export function replyTools(core: Core): ReplyTools {
  const { database, keys, audit, sealer, fresh, clock, random, steps, objects, log } = core;
  return {
    database,
    keys,
    audit,
    sealer,
    fresh,
    clock,
    random,
    steps,
    objects,
    log,
    settings: () => currentAcceptanceSettings(core),
    uploads: () => uploadRules(core.settings),
    onQueued: () => core.onQueued(),
  };
}

/** Throws CodedError `message-unknown`. */
export async function threadOf(
  database: Pick<Database, 'query'>,
  keys: Pick<KeyProvider, 'mac'>,
  messageId: string,
  recipientId: string,
): Promise<MessageThread> {
  const [row] = await selectThread(database.query, { messageId });
  if (row === undefined) throw new CodedError('message-unknown', 'there is no such message');
  return {
    messageCode: messageCodeOf(keys, recipientId),
    original: { messageIdField: row.originalMessageId, references: [] },
    wantsDisposition: row.wantsDisposition === 1,
  };
}

const selectThread = preparedQuery<
  { messageId: string },
  Pick<MessagesTable, 'originalMessageId' | 'wantsDisposition'>
>((query, value) =>
  query
    .selectFrom('messages')
    .where('id', '=', value('messageId'))
    .select(['originalMessageId', 'wantsDisposition']),
);
