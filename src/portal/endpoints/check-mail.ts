/**
 * `POST /api/check/mail`: somebody doubts a mail and gives it to us, whole or in part. It is looked at in memory and
 * forgotten: neither stored nor logged. What is not genuine is told to the security officer, as facts that nobody
 * can follow by accident, and not more often than a person can read.
 */
import { Type } from '@fastify/type-provider-typebox';

import { parseMessageCode } from '#src/base/identifiers.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import { findMessageCodes } from '#src/protection/secure-message/message-code.ts';
import { judge, type SuspectFacts } from '#src/suspect-mail/judge.ts';
import { linksOf } from '#src/suspect-mail/links.ts';
import { checkOurSignature } from '#src/suspect-mail/our-signature.ts';
import { readSuspectMail, type SuspectMail } from '#src/suspect-mail/suspect-mail.ts';

import type { Copy } from '../policies/copy.ts';
import { findLinkedNotice, findNotice } from '../policies/notice.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentAuthor } from '../presenters/author.ts';
import { maskedAddress } from '../presenters/masked-address.ts';
import { reportSuspectMail } from '../report-suspect-mail.ts';
import { Address, Author, body, errors, timestamp, Timestamp } from '../wire.ts';
import { countCheck } from './check.ts';

/** Mails of ours have some ten kilobytes and no attachments. */
const MAX_MAIL_BYTES = 256 * 1024;
const MAX_BASE64 = Math.ceil(MAX_MAIL_BYTES / 3) * 4;
const BODY_LIMIT_BYTES = MAX_BASE64 + 4_096;
const MAX_CODES = 4;
const MAX_LINKED = 4;
const MAX_HOSTS_NAMED = 10;

const Judgement = Type.Object({
  verdict: Type.Union([
    Type.Literal('genuine'),
    Type.Literal('forwarded'),
    Type.Literal('changed'),
    Type.Literal('fake'),
    Type.Literal('unknown'),
  ]),
  signature: Type.Union([Type.Literal('ours'), Type.Literal('broken'), Type.Literal('none')]),
  code: Type.Union([Type.Literal('ours'), Type.Literal('unknown'), Type.Literal('none')]),
  /** Hosts to which its links lead, and that are not ours. */
  elsewhere: Type.Array(Type.String()),
  /** It has a code, and no address to which the code could belong. */
  addressMissing: Type.Boolean(),
  officerTold: Type.Boolean(),
  organization: Type.String(),
  message: Type.Optional(Type.Object({ author: Author, sentAt: Timestamp, maskedAddress: Type.String() })),
});

export function addCheckMailEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/check/mail', {
    bodyLimit: BODY_LIMIT_BYTES,
    schema: {
      summary: 'Whether a whole mail, or words of it, came from here',
      body: body({
        /** The octets. */
        mail: Type.String({ minLength: 1, maxLength: MAX_BASE64, pattern: '^[A-Za-z0-9_-]+$' }),
        /** That got it; empty: not said. */
        address: Address,
      }),
      response: { 200: Judgement, ...errors },
    },
    handler: async (request) => {
      await countCheck(portal, request.ip);
      const mail = readSuspectMail(Buffer.from(request.body.mail, 'base64url'));
      if (mail === null)
        throw new Refusal(422, 'mail-not-readable', 'This is not the text of a mail. Save it as .eml.');
      const findings = await lookAt(portal, mail, request.body.address.trim());
      const { facts, hosts, copy, addressMissing } = findings;
      const verdict = judge(facts);
      const author = copy?.message.fromAddress ?? mail.from;
      const officerTold =
        verdict === 'fake' &&
        (await reportSuspectMail(portal, author, {
          from: mail.from,
          hosts,
          code: facts.code,
          signature: facts.signature,
          reportedFor: findings.addresses[0] ?? null,
        }));
      return {
        verdict,
        signature: facts.signature,
        code: facts.code,
        elsewhere: [...hosts],
        addressMissing,
        officerTold,
        organization: portal.sites.of(author).mail.organization,
        ...(copy !== null && verdict !== 'fake' && { message: presentMessage(copy) }),
      };
    },
  });
}

function presentMessage(copy: Copy) {
  return {
    author: presentAuthor(copy),
    sentAt: timestamp(copy.message.acceptedAt),
    maskedAddress: maskedAddress(copy.recipient.address),
  };
}

interface Findings {
  readonly facts: SuspectFacts;
  /** Elsewhere, each once. */
  readonly hosts: readonly string[];
  readonly copy: Copy | null;
  /** Canonical; what was typed first. */
  readonly addresses: readonly string[];
  readonly addressMissing: boolean;
}

async function lookAt(portal: PortalContext, mail: SuspectMail, typed: string): Promise<Findings> {
  const { origins, dkimRecords, serviceAddresses } = portal.suspectMail();
  const links = mail.texts.flatMap((text) => linksOf(text));
  const isOurs = ({ origin, username }: URL): boolean => origins.includes(origin) && username === '';
  const elsewhere = links.filter((link) => !isOurs(link));
  const hosts = [...new Set(elsewhere.map(({ host, protocol }) => (host === '' ? protocol : host)))];
  const addresses = (typed === '' ? mail.to : [typed]).flatMap(
    (address) => parseMailAddress(address)?.canonical ?? [],
  );
  const words = [mail.subject, ...mail.texts.map(({ text }) => text)];
  const codes = codesIn(words);
  const linked = await findLinked(portal, links.filter(isOurs));
  const coded = await findCoded(portal, codes, addresses);
  const copy = linked ?? coded;
  const from = parseMailAddress(mail.from ?? '')?.canonical ?? '';
  return {
    facts: {
      isWhole: mail.header !== null || links.length > 0,
      signature: await checkOurSignature(mail, dkimRecords),
      code: coded !== null ? 'ours' : codes.length > 0 && addresses.length > 0 ? 'unknown' : 'none',
      knownLink: linked !== null,
      linksToUs: links.length - elsewhere.length,
      linksElsewhere: elsewhere.length,
      sameAddress:
        copy === null || addresses.length === 0 ? null : addresses.includes(copy.recipient.canonicalAddress),
      fromService: serviceAddresses.includes(from),
    },
    hosts: hosts.slice(0, MAX_HOSTS_NAMED),
    copy,
    addresses,
    addressMissing: codes.length > 0 && addresses.length === 0 && linked === null,
  };
}

/** Where a code is all that was given it may be typed in any way. */
function codesIn(words: readonly string[]): readonly string[] {
  const whole = words.join('\n').trim();
  const typed = whole.length <= 40 ? parseMessageCode(whole) : null;
  if (typed !== null) return [typed];
  return [...new Set(words.flatMap((text) => findMessageCodes(text)))].slice(0, MAX_CODES);
}

async function findLinked(portal: PortalContext, ours: readonly URL[]): Promise<Copy | null> {
  const tokens = ours.flatMap(({ pathname }) => /^\/m\/([\w-]{22})\/?$/u.exec(pathname)?.[1] ?? []);
  for (const token of [...new Set(tokens)].slice(0, MAX_LINKED)) {
    const copy = await findLinkedNotice(portal, token);
    if (copy !== null) return copy;
  }
  return null;
}

async function findCoded(
  portal: PortalContext,
  codes: readonly string[],
  addresses: readonly string[],
): Promise<Copy | null> {
  for (const code of codes) {
    for (const address of addresses) {
      const copy = await findNotice(portal, { code, address });
      if (copy !== null) return copy;
    }
  }
  return null;
}
