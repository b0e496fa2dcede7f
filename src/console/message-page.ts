/** `/messages/<id>`: one message of the viewer, with what became of each recipient. */
import type { LiveSecret } from '#src/accounts/second-channel.ts';
import type { FoundMessage } from '#src/desk/find-messages.ts';
import { grantedUntil } from '#src/desk/answer-request.ts';
import type { OpenRequest } from '#src/desk/open-requests.ts';
import type { ChosenWay } from '#src/desk/other-ways.ts';
import { endOf } from '#src/desk/recipient-fate.ts';
import { RECIPIENTS_ON_A_PAGE, type MessageRecipient, type RecipientsPage } from '#src/desk/recipients-of.ts';

import { requestBox } from './access-request.ts';
import { factsList, type Fact } from './facts-list.ts';
import type { FramedPage, Language } from './frame.ts';
import { recipientActions, resultNote, type ActionResult } from './message-actions.ts';
import { fateChip, subjectOf } from './messages-page.ts';
import { MESSAGES_WORDS, type MessagesWords } from './messages-words.ts';
import { choicesLine, otherWayBoxes } from './other-way-box.ts';
import { html, type SafeHtml } from './page.ts';

export interface MessageView {
  readonly language: Language;
  readonly message: FoundMessage;
  readonly recipients: RecipientsPage;
  /** What nobody has answered yet, by the recipient's id. */
  readonly requests: ReadonlyMap<string, OpenRequest>;
  /** How they chose to get it, by the recipient's id. */
  readonly choices: ReadonlyMap<string, readonly ChosenWay[]>;
  /** Where its notices wait still: until when (ms), and the page that takes it back. */
  readonly undo: { readonly until: number; readonly url: string } | null;
  readonly now: number;
  /** Codes and passphrases that count, by recipient. */
  readonly secrets: ReadonlyMap<string, LiveSecret>;
  /** Of the recipients, from 1. */
  readonly page: number;
  /** What an action said, and of which recipient; null: nothing was done. */
  readonly done: ActionResult | null;
  readonly doneAt: string | null;
  readonly formatMoment: (ms: number) => string;
  readonly formatDay: (ms: number) => string;
}

export function messagePage(view: MessageView): FramedPage {
  const words = MESSAGES_WORDS[view.language];
  const { message, recipients, formatMoment } = view;
  return {
    title: subjectOf(message, words),
    body: html`<p class="back"><a href="/messages">${words.back}</a></p>
      <p class="quiet">${words.sent(formatMoment(message.acceptedAt), message.author)}</p>
      ${undoNote(view, words)}
      ${recipients.recipients.map((recipient) => recipientCard(recipient, view, words))}
      ${recipientPager(view, words)}`,
  };
}

function undoNote({ undo, formatMoment }: MessageView, words: MessagesWords): SafeHtml {
  if (undo === null) return html``;
  return html`<p class="note">
    ${words.undoUntil(formatMoment(undo.until))} <a href="${undo.url}">${words.undo}</a>
  </p>`;
}

function recipientCard(recipient: MessageRecipient, view: MessageView, words: MessagesWords): SafeHtml {
  const { id, address, fate } = recipient;
  return html`<section class="card recipient" id="r-${id}" aria-labelledby="h-${id}">
    <h2 id="h-${id}">${address}</h2>
    ${view.doneAt === id ? resultNote(view.done, view.language) : html``} ${requestOf(recipient, view)}
    ${otherWayBoxes(view.choices.get(id) ?? [], { ...view, messageId: view.message.id, recipient })}
    ${fate === 'held' ? html`<p class="note alert"><a href="/waiting">${words.answerHeld}</a></p>` : html``}
    <p>${fateChip(fate, words)} <span class="quiet">${fateText(recipient, words)}</span></p>
    ${factsList(facts(recipient, view, words))}
    ${recipientActions(recipient, { ...view, messageId: view.message.id, subject: view.message.subject })}
  </section>`;
}

function requestOf({ id, hasContent, keptUntil }: MessageRecipient, view: MessageView): SafeHtml {
  const request = view.requests.get(id);
  if (request === undefined) return html``;
  const isThere = hasContent && keptUntil !== null && keptUntil > view.now;
  return requestBox(request, { ...view, until: isThere ? grantedUntil(view.now, keptUntil) : null });
}

function fateText({ fate, protection, hasContent }: MessageRecipient, words: MessagesWords): string {
  const gone = protection === 'secure-message' && (fate === 'over' || fate === 'locked') && !hasContent;
  return gone ? `${words.fateText[fate]} ${words.contentGone}` : words.fateText[fate];
}

function facts(recipient: MessageRecipient, view: MessageView, words: MessagesWords): readonly Fact[] {
  const { facts: names } = words;
  const { protection, handOver, fate, lastReply, remindedAt } = recipient;
  const isSecure = protection === 'secure-message';
  const lines: Fact[] = [[names.protected, words.protection[protection] ?? protection]];
  if (handOver !== null && handOver.at !== null) {
    lines.push([isSecure ? names.notice : names.handedOver, view.formatMoment(handOver.at)]);
    lines.push([names.connection, connectionWords(handOver, words)]);
  }
  if (fate === 'failed' && lastReply !== null && lastReply !== '') lines.push([names.answer, lastReply]);
  if (isSecure && handOver !== null) lines.push([names.opened, openedWords(recipient, view, words)]);
  if (recipient.copiesKept > 0) lines.push([names.kept, words.copies(recipient.copiesKept)]);
  if (isSecure && recipient.readBy !== null && recipient.firstOpenedAt === null)
    lines.push([names.readBy, view.formatDay(recipient.readBy - 1)]);
  if (isSecure && recipient.noReply === 1) lines.push([names.replies, words.noReplies]);
  const chosen = choicesLine(view.choices.get(recipient.id) ?? [], view);
  if (chosen !== null) lines.push(chosen);
  if (remindedAt !== null) lines.push([names.reminded, view.formatMoment(remindedAt)]);
  if (recipient.lockedAt !== null) lines.push([names.locked, lockWords(recipient, view, words)]);
  const end = endOf(recipient, recipient.keptUntil);
  const showsEnd = isSecure && end !== null && fate !== 'failed' && fate !== 'locked';
  if (showsEnd) lines.push([fate === 'over' ? names.ended : names.until, view.formatDay(end - 1)]);
  return lines;
}

function connectionWords(
  { tls, captured }: NonNullable<MessageRecipient['handOver']>,
  words: MessagesWords,
): string {
  if (captured) return words.captured;
  if (tls === null) return words.clear;
  const how =
    tls.verifiedBy === null ? words.unverified : (words.verifiedBy[tls.verifiedBy] ?? tls.verifiedBy);
  return `${words.tls(tls.version)}, ${how}`;
}

export function openedWords(
  { firstOpenedAt, lastOpenedAt, openings }: MessageRecipient,
  { formatMoment }: Pick<MessageView, 'formatMoment'>,
  words: MessagesWords,
): string {
  if (firstOpenedAt === null) return words.neverOpened;
  if (openings < 2) return words.openedOnce(formatMoment(firstOpenedAt));
  return words.openedOften(
    formatMoment(firstOpenedAt),
    formatMoment(lastOpenedAt ?? firstOpenedAt),
    openings,
  );
}

export function lockWords(
  { lockedAt, lockReason }: MessageRecipient,
  { formatMoment }: Pick<MessageView, 'formatMoment'>,
  words: MessagesWords,
): string {
  const reason = words.lockReason[lockReason ?? ''];
  return `${formatMoment(lockedAt ?? 0)}${reason === undefined ? '' : `: ${reason}`}`;
}

function recipientPager({ message, recipients, page }: MessageView, words: MessagesWords): SafeHtml {
  const pages = Math.ceil(recipients.count / RECIPIENTS_ON_A_PAGE);
  if (pages < 2) return html``;
  const link = (to: number, label: string): SafeHtml =>
    to < 1 || to > pages
      ? html``
      : html`<a class="button second small" href="/messages/${message.id}?page=${to}">${label}</a>`;
  const name = words.recipientsPage(page, pages);
  return html`<nav class="pager" aria-label="${name}">
    ${link(page - 1, words.previous)} <span class="quiet">${name}</span> ${link(page + 1, words.next)}
  </nav>`;
}
