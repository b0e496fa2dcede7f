/** The mails that come from what people do in the portal, as statements for the unit of work that makes them true. */
import type { AddressAccess } from '#src/accounts/address-access.ts';
import { CODE_LIFETIME_MS } from '#src/accounts/address-codes.ts';
import { chosenLanguage } from '#src/accounts/chosen-language.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { renderAccess } from '#src/notification/access.ts';
import { renderAccountChange } from '#src/notification/account-change.ts';
import { renderAskedAgain } from '#src/notification/asked-again.ts';
import { renderCode } from '#src/notification/code.ts';
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import type { Locale, MailFrame } from '#src/notification/mail-site.ts';
import { renderNotForMe } from '#src/notification/not-for-me.ts';
import { type OtherWayData, renderOtherWay } from '#src/notification/other-way.ts';
import { renderOpened } from '#src/notification/opened.ts';
import { renderSuspectMail } from '#src/notification/suspect-mail.ts';
import { renderResetWaits } from '#src/notification/reset-waits.ts';
import type { AccessNews, AccountChangeKind } from '#src/notification/words.ts';
import type { Statement } from '#src/storage/database.ts';
import { gatherNews } from '#src/summaries/gathered-news.ts';
import { mailChoiceOf, mailChoicePage } from '#src/summaries/mail-choice.ts';

import type { Closure } from './policies/closure.ts';
import type { Copy } from './policies/copy.ts';
import type { PortalDependencies } from './portal-dependencies.ts';
import type { SuspectMailFacts } from './report-suspect-mail.ts';
import { siteOfAddress } from './site-of-address.ts';

export class PortalMails {
  readonly #portal: PortalDependencies;

  constructor(dependencies: PortalDependencies) {
    this.#portal = dependencies;
  }

  /** The six digits, to the address that they prove. `page`: path of the page that waits for them. */
  async code(mail: {
    to: string;
    code: string;
    page: string;
    addsAddress?: boolean;
    locale: Locale;
    recipientId: string | null;
    messageId: string | null;
    /** Of the message whose link asked for it. */
    author?: string | null;
  }): Promise<readonly Statement[]> {
    const { mailer, sites, clock, settings } = this.#portal;
    const render = renderCode(sites.of(mail.author ?? null).mail, {
      ...this.#frame(mail.to),
      code: mail.code,
      validUntilMs: clock.now() + CODE_LIFETIME_MS,
      continueUrl: `${settings.publicUrl}${mail.page}`,
      addsAddress: mail.addsAddress ?? false,
      locale: mail.locale,
    });
    const { to, recipientId, messageId } = mail;
    return mailer.statementsForMail({ kind: 'code', to, recipientId, messageId, render, route: 'outside' });
  }

  /**
   * *Opened*, to the author: by mail, or in the summary of the day where they chose it. `reader`: who read it for the
   * recipient. Nothing where nobody is told about the message.
   */
  async opened(copy: Copy, openedMs: number, reader: string | null): Promise<readonly Statement[]> {
    const to = copy.message.authorAddress;
    if (to === null) return [];
    const thread = await this.#portal.threadOf(copy.message.id, copy.recipient.id);
    // Who asked for a receipt of this very message gets it.
    const gathered = thread.wantsDisposition ? null : await this.#gatherOpened(to, copy, openedMs, reader);
    if (gathered !== null) return [gathered];
    const render = renderOpened(this.#portal.sites.of(to).mail, {
      ...this.#frame(to),
      original: thread.original,
      recipient: copy.recipient.address,
      reader,
      openedMs,
      sentMs: copy.message.acceptedAt,
      messageCode: thread.messageCode,
      choiceUrl: mailChoicePage(this.#portal.keys, this.#portal.settings.consoleUrl, copy.message.id),
      disposition: thread.wantsDisposition
        ? {
            reportingHost: new URL(this.#portal.settings.publicUrl).hostname,
            originalRecipient: copy.recipient.dsnOriginalRecipient,
          }
        : null,
    });
    return this.#toAuthor('opened', to, copy, render);
  }

  /** Null: the author wants a mail at once. */
  async #gatherOpened(
    to: string,
    copy: Copy,
    happenedAt: number,
    reader: string | null,
  ): Promise<Statement | null> {
    const authorCanonical = canonicalOf(to);
    if ((await mailChoiceOf(this.#portal.database, authorCanonical)) === 'single') return null;
    const { message, recipient } = copy;
    const news = { authorCanonical, messageId: message.id, recipientId: recipient.id, reader, happenedAt };
    return gatherNews(this.#portal, { kind: 'opened', ...news });
  }

  /**
   * What became of access for others, to its owner or reader (raw address). `locale`: the owner's; a reader with an
   * account reads their own.
   */
  async access(
    news: AccessNews,
    to: string,
    access: AddressAccess,
    locale: string,
  ): Promise<readonly Statement[]> {
    const toOwner = news === 'asked' || news === 'given-owner';
    const { database } = this.#portal;
    // The owner's language came with the call; whom they write about may have chosen another.
    const chosen = toOwner ? null : await chosenLanguage(database, canonicalOf(to));
    const page = toOwner ? '/account' : news === 'given' ? '/join' : '/messages';
    const site = await siteOfAddress(this.#portal, access.canonicalAddress);
    const render = renderAccess(site.mail, {
      ...this.#frame(to),
      news,
      address: access.canonicalAddress,
      reader: access.readerAddress,
      untilMs: access.until,
      page,
      locale: mailLocale(chosen ?? locale),
    });
    const mail = {
      kind: 'access',
      to,
      recipientId: null,
      messageId: null,
      render,
      route: 'outside',
    } as const;
    return this.#portal.mailer.statementsForMail(mail);
  }

  /** *Not for me*, to the author. */
  async notForMe(copy: Copy, reportedMs: number): Promise<readonly Statement[]> {
    const to = copy.message.authorAddress;
    if (to === null) return [];
    const thread = await this.#portal.threadOf(copy.message.id, copy.recipient.id);
    const render = renderNotForMe(this.#portal.sites.of(to).mail, {
      ...this.#frame(to),
      original: thread.original,
      sentMs: copy.message.acceptedAt,
      recipient: copy.recipient.address,
      reportedMs,
      firstOpenedMs: copy.recipient.firstOpenedAt,
      messageCode: thread.messageCode,
    });
    return this.#toAuthor('not-for-me', to, copy, render);
  }

  /** A closed copy is asked for, to the author. */
  async askedAgain(
    copy: Copy,
    closure: Closure,
    asked: { readonly note: string; readonly askedAt: number },
  ): Promise<readonly Statement[]> {
    const to = copy.message.authorAddress;
    if (to === null) return [];
    const thread = await this.#portal.threadOf(copy.message.id, copy.recipient.id);
    const page = this.#portal.settings.staffMessagePage(copy.message.id);
    const render = renderAskedAgain(this.#portal.sites.of(to).mail, {
      ...this.#frame(to),
      original: thread.original,
      sentMs: copy.message.acceptedAt,
      recipient: copy.recipient.address,
      askedMs: asked.askedAt,
      closed: { why: closure.state, atMs: closure.at },
      gone: closure.gone,
      note: asked.note,
      answerUrl: page === null ? null : `${page}?at=${copy.recipient.id}#r-${copy.recipient.id}`,
      messageCode: thread.messageCode,
    });
    return this.#toAuthor('asked-again', to, copy, render);
  }

  /** Another way than the site was chosen, to the author. */
  async otherWay(
    copy: Copy,
    chosen: Pick<OtherWayData, 'way' | 'name' | 'contact' | 'chosenMs'>,
  ): Promise<readonly Statement[]> {
    const to = copy.message.authorAddress;
    if (to === null) return [];
    const thread = await this.#portal.threadOf(copy.message.id, copy.recipient.id);
    const page = this.#portal.settings.staffMessagePage(copy.message.id);
    const render = renderOtherWay(this.#portal.sites.of(to).mail, {
      ...this.#frame(to),
      ...chosen,
      original: thread.original,
      sentMs: copy.message.acceptedAt,
      recipient: copy.recipient.address,
      messageUrl: page === null ? null : `${page}?at=${copy.recipient.id}#r-${copy.recipient.id}`,
      messageCode: thread.messageCode,
    });
    return this.#toAuthor('other-way', to, copy, render);
  }

  /** A change of an account, to each of its addresses (raw). `about`: another address that the change is about. */
  async accountChange(
    change: AccountChangeKind,
    addresses: readonly string[],
    locale: string,
    about?: string,
  ): Promise<readonly Statement[]> {
    const { mailer, clock } = this.#portal;
    const statements: Statement[] = [];
    for (const to of addresses) {
      const site = await siteOfAddress(this.#portal, canonicalOf(to));
      const render = renderAccountChange(site.mail, {
        ...this.#frame(to),
        change,
        changedMs: clock.now(),
        address: about ?? to,
        locale: mailLocale(locale),
      });
      const mail = {
        kind: 'account-change',
        to,
        recipientId: null,
        messageId: null,
        render,
        route: 'outside',
      } as const;
      statements.push(...(await mailer.statementsForMail(mail)));
    }
    return statements;
  }

  /** A reset without the second factor that waits, to each of its addresses (raw). `token`: of the link that stops it. */
  async resetWaits(
    addresses: readonly string[],
    waiting: { token: string; effectiveAt: number; locale: string },
  ): Promise<readonly Statement[]> {
    const { mailer, settings } = this.#portal;
    const statements: Statement[] = [];
    for (const to of addresses) {
      const site = await siteOfAddress(this.#portal, canonicalOf(to));
      const render = renderResetWaits(site.mail, {
        ...this.#frame(to),
        effectiveMs: waiting.effectiveAt,
        stopUrl: `${settings.publicUrl}/stop-reset/${waiting.token}`,
        address: to,
        locale: mailLocale(waiting.locale),
      });
      const about = { recipientId: null, messageId: null, route: 'outside' } as const;
      statements.push(...(await mailer.statementsForMail({ kind: 'account-change', to, render, ...about })));
    }
    return statements;
  }

  #toAuthor(
    kind: 'opened' | 'not-for-me' | 'asked-again' | 'other-way',
    to: string,
    copy: Copy,
    render: ReturnType<typeof renderOpened>,
  ): Promise<readonly Statement[]> {
    return this.#portal.mailer.statementsForMail({
      kind,
      to,
      recipientId: copy.recipient.id,
      messageId: copy.message.id,
      render,
      route: 'internal',
    });
  }

  /** To the security officer. */
  async suspectMail(report: SuspectMailFacts, author: string | null): Promise<readonly Statement[]> {
    const { mailer, sites, clock } = this.#portal;
    const { mail, securityOfficer: to } = sites.of(author);
    const render = renderSuspectMail(mail, { ...this.#frame(to), ...report, reportedMs: clock.now() });
    return mailer.statementsForMail({
      kind: 'suspect-mail',
      to,
      recipientId: null,
      messageId: null,
      render,
      route: 'internal',
    });
  }

  #frame(to: string): MailFrame {
    const { clock, random, settings } = this.#portal;
    return { messageIdField: newMessageIdField(settings.messageIdDomain, random), dateMs: clock.now(), to };
  }
}

/** Of an address that was taken as one before. */
function canonicalOf(address: string): string {
  return parseMailAddress(address)?.canonical ?? '';
}

/** A stored or sent language tag as one of the languages that our mails have. */
export function mailLocale(locale: string): Locale {
  return locale === 'es' ? 'es' : 'en';
}
