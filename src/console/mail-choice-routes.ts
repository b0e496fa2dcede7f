/**
 * How much mail an author wants. `/mails/<token>` is for whoever has one of the author's mails and needs no sign-in:
 * opening it changes nothing, and what it changes lowers no protection. `/account/mails` is for who is signed in.
 */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { StaffAddress } from '#src/staff/viewer.ts';
import {
  authorOfLink,
  chooseMail,
  MAIL_CHOICES,
  mailChoiceOf,
  type MailChoiceTools,
} from '#src/summaries/mail-choice.ts';

import { viewerOf } from './account-routes.ts';
import type { Language } from './frame.ts';
import { MAIL_CHOICE_WORDS, mailChoiceBody, type MailSection } from './mail-choice-page.ts';
import { notFound } from './own-messages.ts';
import { html, page, type SafeHtml } from './page.ts';

/** When summaries go out, and a nudge that something is due. */
export interface SummaryTimer {
  readonly hour: () => number;
  readonly wake: () => void;
}

export interface MailChoiceOptions {
  readonly choices: MailChoiceTools;
  readonly summaries: SummaryTimer;
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly organization: (address?: string) => string;
  readonly language: () => Language;
}

const choice = Type.Union(MAIL_CHOICES.map((one) => Type.Literal(one)));

export function addMailChoiceRoutes(app: HttpApp, options: MailChoiceOptions): void {
  const { choices, keys, language, summaries } = options;
  const config = { policy: 'token-holder' } as const;
  const params = Type.Object({ token: Type.String({ maxLength: 60 }) });
  const show = (reply: FastifyReply, title: string, body: SafeHtml, address?: string): FastifyReply => {
    const organization = options.organization(address);
    const markup = page({ title, organization, body, language: language(), card: true });
    // Under `no-referrer` browsers send `Origin: null` with a form, and the check of the origin would refuse it.
    return reply.type('text/html; charset=utf-8').header('referrer-policy', 'same-origin').send(markup);
  };
  const over = (reply: FastifyReply): FastifyReply => {
    const words = MAIL_CHOICE_WORDS[language()];
    return show(reply.code(404), words.overTitle, html`<p>${words.over}</p>`);
  };
  app.get('/mails/:token', { config, schema: { params } }, async (request, reply) => {
    const author = await authorOfLink(choices.database, keys, request.params.token);
    if (author === null) return over(reply);
    const mail = { ...author, choice: await mailChoiceOf(choices.database, author.canonicalAddress) };
    const body = mailChoiceBody(language(), mail, summaries.hour());
    return show(reply, MAIL_CHOICE_WORDS[language()].title, body, author.canonicalAddress);
  });
  const body = Type.Object({ choice });
  app.post('/mails/:token', { config, schema: { params, body } }, async (request, reply) => {
    const author = await authorOfLink(choices.database, keys, request.params.token);
    if (author === null) return over(reply);
    await chooseMail(choices, author.canonicalAddress, request.body.choice, 'link');
    const mail = { ...author, choice: request.body.choice };
    if (mail.choice === 'single') summaries.wake();
    const words = MAIL_CHOICE_WORDS[language()];
    const saved = html`<p role="status">${mail.choice === 'single' ? words.savedRest : words.saved}</p>`;
    const again = html`${saved} ${mailChoiceBody(language(), mail, summaries.hour())}`;
    return show(reply, words.title, again, author.canonicalAddress);
  });
}

export function addOwnMailChoiceRoute(app: HttpApp, { choices, summaries }: MailChoiceOptions): void {
  const config = { policy: 'sender' } as const;
  const body = Type.Object({ address: Type.String({ maxLength: 254 }), choice });
  app.post('/account/mails', { config, schema: { body } }, async (request, reply) => {
    const { addresses, staffId } = viewerOf(request);
    const own = addresses.find(({ canonicalAddress }) => canonicalAddress === request.body.address);
    if (own === undefined) throw notFound();
    await chooseMail(choices, own.canonicalAddress, request.body.choice, staffId);
    if (request.body.choice === 'single') summaries.wake();
    return reply.redirect('/account#mails', 303);
  });
}

export async function mailsOf(
  { choices, summaries }: MailChoiceOptions,
  addresses: readonly StaffAddress[],
): Promise<MailSection> {
  const chosen = addresses.map(async ({ address, canonicalAddress }) => {
    return { address, canonicalAddress, choice: await mailChoiceOf(choices.database, canonicalAddress) };
  });
  return { addresses: await Promise.all(chosen), hour: summaries.hour() };
}
