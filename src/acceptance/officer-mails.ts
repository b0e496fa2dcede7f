/** The mails about a message that waits for the security officer: one to the officer, one to the author. */
import { newMessageIdField } from '#src/notification/compose/mail.ts';
import { renderOfficerQuestion, renderWaitsForOfficer } from '#src/notification/officer-hold.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';

import type { TimedMessage } from './accept-message.ts';
import { originalOf, type AuthorMailTools } from './author-mails.ts';
import { officerTokenOf } from './hold-token.ts';
import { waitsForOfficer } from './officer-hold.ts';

export function writeOfficerMails(message: TimedMessage, tools: AuthorMailTools): readonly MailToSend[] {
  const { officerHold, settings, author, envelope, decided, facts, queueId } = message;
  if (officerHold == null) return [];
  const url = `${settings.consoleUrl}/held/${officerTokenOf(tools.keys, queueId)}`;
  const shared = {
    dateMs: tools.clock.now(),
    original: originalOf(message),
    sentMs: message.acceptedAt,
    author: author.from?.address ?? envelope.reversePath,
    limit: officerHold.limit,
    recipients: decided
      .filter((one) => waitsForOfficer(message, one))
      .map(({ recipient }) => recipient.address.raw),
    untilMs: officerHold.until,
  };
  const site = settings.siteOf(author.from?.address ?? null);
  const idField = (): string => newMessageIdField(settings.mainDomain, tools.random);
  const question = renderOfficerQuestion(site, {
    ...shared,
    messageIdField: idField(),
    to: officerHold.officer,
    releaseUrl: `${url}?choice=send`,
    stopUrl: `${url}?choice=stop`,
  });
  const mails = [{ kind: 'held' as const, mail: question, recipientId: null, reversePath: '' }];
  // Automatic mail is answered by nothing of ours (RFC 3834).
  if (author.told === null || facts.automatic !== null) return mails;
  const word = renderWaitsForOfficer(site, {
    ...shared,
    messageIdField: idField(),
    to: author.told.raw,
  });
  return [...mails, { kind: 'held', mail: word, recipientId: null, reversePath: '' }];
}
