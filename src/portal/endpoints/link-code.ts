/**
 * `POST /api/links/:token/code` and `…/code/verify`: six digits to the address that the link was mailed to, good in
 * the browser that asked for them. The code, its mail and the audit entry are one unit.
 */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';

import { CODE_LIFETIME_MS, parseAddressCode } from '#src/accounts/address-codes.ts';
import { parseHandOverCode } from '#src/accounts/hand-over-codes.ts';
import { findLastChoice, type ReadingText } from '#src/accounts/reading-choices.ts';
import { isLostRace, networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS, SECOND_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import type { Locale } from '#src/notification/mail-site.ts';
import type { Statement } from '#src/storage/database.ts';

import { languageOf } from '../languages.ts';
import { browserOf, knowBrowser } from '../policies/browser.ts';
import { countHandOverTry, handOverRefusal } from '../policies/hand-over.ts';
import { copyState, findCopyByLink, type Copy } from '../policies/copy.ts';
import {
  alreadyRegistered,
  codeExpired,
  codeWrong,
  linkUnknown,
  requireReady,
  tooManyCodes,
} from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { body, Code, errors, LocaleTag, TokenParams } from '../wire.ts';
import { choiceStatements, TextShown } from './other-way.ts';

/** When the page offers another code; the limit an hour holds whatever it offers. */
const RESEND_AFTER_SECONDS = 60;
/** A whole office may register in an hour; somebody who mails codes to strangers is slowed down. */
export const NETWORK_CODES_AN_HOUR = 60;
const MAX_RACES = 5;

const CodeSent = Type.Object({
  maskedAddress: Type.String(),
  expiresInSeconds: Type.Integer(),
  resendAfterSeconds: Type.Integer(),
});
const Verified = Type.Object({ next: Type.Literal('choose-password'), maskedAddress: Type.String() });

export function addLinkCodeEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/links/:token/code', {
    schema: {
      summary: 'Mail a code to the address of the link',
      params: TokenParams,
      body: body({ locale: Type.Optional(LocaleTag), text: Type.Optional(TextShown) }),
      response: { 202: CodeSent, ...errors },
    },
    handler: async (request, reply) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      requireReady(copyState(copy, portal.clock.now(), null));
      const network = await portal.throttle.countInWindow(
        'network-codes',
        networkOf(request.ip),
        NETWORK_CODES_AN_HOUR,
        HOUR_MS,
      );
      if (!network.allowed) throw tooManyCodes(network.retryAfterSeconds);
      const browserHash = knowBrowser(portal, request, reply);
      const locale = languageOf(request, request.body.locale, portal.settings.locale);
      const { text = null } = request.body;
      await sendCode(portal, copy, { browserHash, locale, text, page: `/m/${request.params.token}` });
      return reply.code(202).send({
        maskedAddress: maskedAddress(copy.recipient.address),
        expiresInSeconds: CODE_LIFETIME_MS / SECOND_MS,
        resendAfterSeconds: RESEND_AFTER_SECONDS,
      });
    },
  });

  app.post('/api/links/:token/code/verify', {
    schema: {
      summary: 'Prove the address with the code',
      params: TokenParams,
      body: body({ code: Code }),
      response: { 200: Verified, ...errors },
    },
    handler: async (request, reply) => {
      const copy = await findCopyByLink(portal, request.params.token);
      if (copy === null) throw linkUnknown();
      const handOver = parseHandOverCode(request.body.code);
      const token =
        handOver === null
          ? await proveByMail(portal, copy, request)
          : await proveByTelephone(portal, copy, { code: handOver, ip: request.ip });
      portal.cookies.set(reply, 'registration', token);
      return { next: 'choose-password' as const, maskedAddress: maskedAddress(copy.recipient.address) };
    },
  });
}

/** The token of a session that may only choose how to sign in. Throws Refusal. */
async function proveByMail(
  portal: PortalContext,
  copy: Copy,
  request: FastifyRequest<{ Body: { code: string } }>,
): Promise<string> {
  const browserHash = browserOf(portal, request);
  if (browserHash === null) throw codeExpired();
  const code = parseAddressCode(request.body.code) ?? '';
  const checked = await portal.registration.verifyCode(linkOf(copy), browserHash, code);
  if (checked.outcome === 'expired') throw codeExpired();
  if (checked.outcome === 'wrong') throw codeWrong(checked.triesLeft, checked.older);
  return checked.token;
}

/** The same for a code of the help desk. */
async function proveByTelephone(
  portal: PortalContext,
  { recipient }: Copy,
  { code, ip }: { readonly code: string; readonly ip: string },
): Promise<string> {
  await countHandOverTry(portal, ip);
  const { canonicalAddress, id: recipientId } = recipient;
  const checked = await portal.registration.verifyHandOver({ canonicalAddress, recipientId }, code);
  if (checked.outcome === 'verified') return checked.token;
  throw handOverRefusal(checked);
}

function linkOf(copy: Copy) {
  const { id, address, canonicalAddress } = copy.recipient;
  return { recipientId: id, messageId: copy.message.id, address, canonicalAddress };
}

async function sendCode(
  portal: PortalContext,
  copy: Copy,
  request: { browserHash: Buffer; locale: Locale; text: ReadingText | null; page: string },
): Promise<void> {
  for (let race = 0; race < MAX_RACES; race++) {
    const issued = await portal.registration.requestCode(linkOf(copy), request.browserHash);
    if (issued.outcome === 'already-registered') throw alreadyRegistered();
    if (issued.outcome === 'too-many') throw tooManyCodes(issued.retryAfterSeconds);
    const ids = { recipientId: copy.recipient.id, messageId: copy.message.id };
    const mail = await portal.mails.code({
      to: copy.recipient.address,
      code: issued.code,
      page: request.page,
      locale: request.locale,
      author: copy.message.fromAddress,
      ...ids,
    });
    try {
      await portal.database.commit([
        ...issued.statements,
        ...mail,
        ...(await choiceToRead(portal, copy, request)),
        portal.audit.entry({ event: 'code-sent', ...ids, facts: { purpose: 'register' } }),
      ]);
      return;
    } catch (error) {
      // Another code for this address was made in between; count again.
      if (!isLostRace(error)) throw error;
    }
  }
  throw tooManyCodes(1);
}

/** Who goes on after the words about the risks of email has chosen to read here: kept once for each version. */
async function choiceToRead(
  portal: PortalContext,
  copy: Copy,
  { text, locale }: { readonly text: ReadingText | null; readonly locale: Locale },
): Promise<readonly Statement[]> {
  if (text === null) return [];
  const { id: recipientId, messageId } = copy.recipient;
  const last = await findLastChoice(portal.database, recipientId);
  if (last?.way === 'web' && last.text === text) return [];
  const details = { name: '', contact: '' };
  return choiceStatements(portal, copy, { recipientId, messageId, way: 'web', text, locale, details });
}
