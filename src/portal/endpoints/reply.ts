/**
 * `…/messages/:id/reply`: writing an answer. The page gets a draft key, sealed to it like a content key, and seals
 * every word under it; what is half written waits as ciphertext until its writer comes back. Sending opens the draft
 * once and hands it to the gateway, which accepts it in one transaction with the draft's end.
 */
import { Type } from '@fastify/type-provider-typebox';

import { HOUR_MS } from '#src/base/clock.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import { listFiles } from '#src/replies/draft-files.ts';
import { discardDraft, openDraft, saveText, type Draft } from '#src/replies/drafts.ts';
import { nameOf, visibleOthers } from '#src/replies/participants.ts';
import { REFUSED_ENDINGS } from '#src/replies/refused-types.ts';
import { sendReply } from '#src/replies/send-reply.ts';
import { takeBack } from '#src/replies/waiting-reply.ts';
import { MAX_FILES, MAX_SEALED_TEXT_BYTES, openText, type WrittenText } from '#src/replies/written-text.ts';
import { releaseToPageOffThread } from '#src/sealing/page-release.ts';

import { readIndex, requireAnswerable, type Answerable } from '../policies/answerable.ts';
import { commitOrGone, refuseFile, requireDraft, requireOpenDraft } from '../policies/draft.ts';
import { requirePagePoint } from '../policies/page-key.ts';
import { canonicalAddresses, requireReader } from '../policies/reader.ts';
import { slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { presentSealedKey } from '../presenters/sealed-key.ts';
import { body, DraftId, errors, MessageParams, Nothing, PageKey, SealedKey } from '../wire.ts';

const REPLIES_AN_HOUR = 30;
/** Base64url of the largest sealed text, and room for the rest of the body. */
const TEXT_BODY_BYTES = Math.ceil((MAX_SEALED_TEXT_BYTES * 4) / 3) + 1_024;

const OpenedDraft = Type.Object({
  draftId: Type.String(),
  organizationId: Type.String(),
  accountId: Type.String(),
  draftKey: SealedKey,
  /** Sealed; empty: nothing was written yet. */
  text: Type.String(),
  /** Attached so far; their names stand in the text. */
  files: Type.Array(Type.Object({ id: Type.String(), sizeBytes: Type.Integer(), complete: Type.Boolean() })),
  /** Null: answers carry no files here. */
  uploads: Type.Union([
    Type.Object({
      maxFileBytes: Type.Integer(),
      maxTotalBytes: Type.Integer(),
      maxFiles: Type.Integer(),
      refusedEndings: Type.Array(Type.String()),
    }),
    Type.Null(),
  ]),
  /** It was sent and waits until its files are scanned: it can be taken back or thrown away, not changed. */
  waiting: Type.Boolean(),
  /** Position, from 1, of a file in which a virus was found; null: none. */
  infectedFile: Type.Union([Type.Integer(), Type.Null()]),
});
const SealedText = Type.String({
  maxLength: Math.ceil((MAX_SEALED_TEXT_BYTES * 4) / 3),
  pattern: '^[A-Za-z0-9_-]+$',
});

export function addReplyEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/messages/:id/reply', {
    schema: {
      summary: 'Begin an answer, or go on with it: its key for this page, and what was written so far',
      params: MessageParams,
      body: body({ pageKey: PageKey }),
      response: { 200: OpenedDraft, ...errors },
    },
    handler: async (request) => {
      const pagePoint = requirePagePoint(request.body.pageKey);
      const reader = await requireReader(portal, request);
      const { owner } = await requireAnswerable(portal, reader, request.params.id);
      const draft = await openDraft(portal, owner);
      try {
        return await presentDraft(portal, draft, pagePoint);
      } finally {
        draft.key.fill(0);
      }
    },
  });

  app.post('/api/messages/:id/reply/text', {
    schema: {
      summary: 'Keep what was written so far, sealed',
      params: MessageParams,
      body: body({ draftId: DraftId, text: SealedText }),
      response: { 200: Nothing, ...errors },
    },
    bodyLimit: TEXT_BODY_BYTES,
    handler: async (request) => {
      const { draft } = await requireOpenDraft(portal, request, request.params.id, request.body.draftId);
      draft.key.fill(0);
      await commitOrGone(portal, [saveText(portal, draft, Buffer.from(request.body.text, 'base64url'))]);
      return {};
    },
  });

  app.post('/api/messages/:id/reply/send', {
    schema: {
      summary: 'Send the answer as it was kept',
      params: MessageParams,
      body: body({ draftId: DraftId, to: Type.Union([Type.Literal('author'), Type.Literal('all')]) }),
      // Null: it waits until its files are scanned.
      response: { 200: Type.Object({ messageId: Type.Union([Type.String(), Type.Null()]) }), ...errors },
    },
    handler: async (request) => {
      const { draft, answerable } = await requireOpenDraft(
        portal,
        request,
        request.params.id,
        request.body.draftId,
      );
      try {
        return { messageId: await send(portal, answerable, draft, request.body.to) };
      } finally {
        draft.key.fill(0);
      }
    },
  });

  for (const { path, summary, change } of DRAFT_CHANGES)
    app.post(`/api/messages/:id/reply/${path}`, {
      schema: {
        summary,
        params: MessageParams,
        body: body({ draftId: DraftId }),
        response: { 200: Nothing, ...errors },
      },
      handler: async (request) => {
        const { draft } = await requireDraft(portal, request, request.params.id, request.body.draftId);
        draft.key.fill(0);
        await commitOrGone(portal, [change(portal, draft)]);
        return {};
      },
    });
}

/** What may be done to an answer as a whole, one that waits to be scanned too. */
const DRAFT_CHANGES = [
  { path: 'discard', summary: 'Throw the answer away', change: discardDraft },
  {
    path: 'take-back',
    summary: 'Change an answer that waits until its files are scanned',
    change: takeBack,
  },
] as const;

async function presentDraft(portal: PortalContext, draft: Draft, pagePoint: Buffer) {
  const uploads = portal.replies.uploads();
  const files = await listFiles(portal.database, draft.draftId);
  const { organizationId, draftId, accountId } = draft;
  const released = await releaseToPageOffThread({
    organizationId,
    messageId: draftId,
    purpose: 'draft-key',
    key: draft.key,
    accountId,
    pagePoint,
  });
  return {
    draftId,
    organizationId,
    accountId,
    draftKey: presentSealedKey(released),
    text: Buffer.from(draft.text ?? Buffer.alloc(0)).toString('base64url'),
    files: files.map(({ id, sizeBytes, isComplete }) => ({ id, sizeBytes, complete: isComplete })),
    uploads: uploads && {
      maxFileBytes: uploads.maxFileBytes,
      maxTotalBytes: uploads.maxTotalBytes,
      maxFiles: MAX_FILES,
      refusedEndings: [...REFUSED_ENDINGS],
    },
    waiting: draft.waitingSince !== null,
    infectedFile: draft.infectedFile,
  };
}

async function send(
  portal: PortalContext,
  answerable: Answerable,
  draft: Draft,
  to: 'author' | 'all',
): Promise<string | null> {
  const written = requireText(draft);
  const { reader, copy, author } = answerable;
  const allowed = await portal.throttle.countInWindow('replies', reader.account.id, REPLIES_AN_HOUR, HOUR_MS);
  if (!allowed.allowed) throw slowDown(allowed.retryAfterSeconds);
  const { header } = await readIndex(portal, answerable);
  const others = to === 'all' ? await findOthers(portal, answerable, header) : [];
  const thread = await portal.threadOf(copy.message.id, copy.recipient.id);
  try {
    const sent = await sendReply(
      {
        writer: { name: nameOf(header, copy.recipient.address), address: copy.recipient.address },
        to: [author],
        cc: others.map(({ address }) => address),
        subject: header.subject,
        original: thread.original,
        text: written.text,
        files: written.files,
        answers: { messageId: copy.message.id, address: copy.recipient.canonicalAddress },
      },
      draft,
      { ...portal.replies, keys: portal.keys },
    );
    return sent.kind === 'sent' ? sent.messageId : null;
  } catch (error) {
    throw refuseFile(error) ?? error;
  }
}

/** Throws Refusal 422 `reply-empty`, 400 `draft-unreadable`. */
function requireText(draft: Draft): WrittenText {
  let written: WrittenText;
  try {
    written = openText(draft);
  } catch (error) {
    const isDamaged = ['authentication-failed', 'draft-unreadable'].includes(errorCode(error));
    if (isDamaged)
      throw new Refusal(400, 'draft-unreadable', 'What was kept of your answer can not be read.');
    throw error;
  }
  if (written.text.trim() === '')
    throw new Refusal(422, 'reply-empty', 'There is nothing in your answer yet.');
  return written;
}

async function findOthers(
  portal: PortalContext,
  { reader, copy, author }: Answerable,
  header: Parameters<typeof visibleOthers>[0],
) {
  const recipients = await portal.database.query
    .selectFrom('recipients')
    .select(['address', 'canonicalAddress'])
    .where('messageId', '=', copy.message.id)
    .where('state', 'not in', ['held', 'returned', 'cancelled'])
    .orderBy('id')
    .execute();
  return visibleOthers(header, recipients, [
    ...canonicalAddresses(reader),
    parseMailAddress(author)?.canonical ?? author,
  ]);
}
