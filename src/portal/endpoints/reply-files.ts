/**
 * `…/messages/:id/reply/files`: files of an answer. Each is announced with its size, then sent in groups of chunks that
 * the page sealed; a group may be sent again after a broken connection. Names come with the sealed text alone.
 */
import { Type } from '@fastify/type-provider-typebox';

import { HOUR_MS } from '#src/base/clock.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';
import { addFile, keepGroup, MAX_GROUP_BYTES, removeFile } from '#src/replies/draft-files.ts';
import { FileRefused, type UploadRules } from '#src/replies/upload-rules.ts';
import { ExpectationFailed } from '#src/storage/database.ts';

import { refuseFile, requireOpenDraft } from '../policies/draft.ts';
import { notAvailable, slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, DraftId, errors, MessageParams, Nothing } from '../wire.ts';

const FILES_AN_HOUR = 200;
const MAX_GROUP_CHARACTERS = Math.ceil((MAX_GROUP_BYTES * 4) / 3);
const GROUP_BODY_BYTES = MAX_GROUP_CHARACTERS + 1_024;

const FileParams = Type.Object({
  ...MessageParams.properties,
  file: Type.String({ minLength: 1, maxLength: 64 }),
});

export function addReplyFileEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/messages/:id/reply/files', {
    schema: {
      summary: 'Announce a file of the answer, by its size in octets',
      params: MessageParams,
      body: body({ draftId: DraftId, sizeBytes: Type.Integer({ minimum: 0, maximum: 2 ** 40 }) }),
      response: { 200: Type.Object({ fileId: Type.String() }), ...errors },
    },
    handler: async (request) => {
      const { draftId, sizeBytes } = request.body;
      const { draft, answerable } = await requireOpenDraft(portal, request, request.params.id, draftId);
      draft.key.fill(0);
      const rules = requireUploads(portal, sizeBytes);
      const accountId = answerable.reader.account.id;
      const allowed = await portal.throttle.countInWindow('reply-files', accountId, FILES_AN_HOUR, HOUR_MS);
      if (!allowed.allowed) throw slowDown(allowed.retryAfterSeconds);
      await requireRoom(portal);
      const { id, statements } = addFile(portal, draft, sizeBytes, rules.maxTotalBytes);
      try {
        await portal.database.commit(statements);
      } catch (error) {
        if (error instanceof ExpectationFailed) throw refuseFile(new FileRefused('files-too-large'));
        throw error;
      }
      return { fileId: id };
    },
  });

  app.post('/api/messages/:id/reply/files/:file/chunks', {
    schema: {
      summary: 'Keep a group of sealed chunks of a file',
      params: FileParams,
      body: body({
        draftId: DraftId,
        number: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
        sealed: Type.String({ maxLength: MAX_GROUP_CHARACTERS, pattern: '^[A-Za-z0-9_-]+$' }),
      }),
      response: { 200: Nothing, ...errors },
    },
    bodyLimit: GROUP_BODY_BYTES,
    handler: async (request) => {
      const { draftId, number, sealed } = request.body;
      const { id, file } = request.params;
      const { draft } = await requireOpenDraft(portal, request, id, draftId);
      draft.key.fill(0);
      const kept = await keepGroup(portal.database, draft, file, number, Buffer.from(sealed, 'base64url'));
      if (kept === 'unknown-file') throw notAvailable();
      if (kept !== 'kept')
        throw new Refusal(422, 'chunks-wrong', 'A part of the file arrived damaged. Please send it again.');
      return {};
    },
  });

  app.post('/api/messages/:id/reply/files/:file/remove', {
    schema: {
      summary: 'Remove a file of the answer',
      params: FileParams,
      body: body({ draftId: DraftId }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request) => {
      const { id, file } = request.params;
      const { draft } = await requireOpenDraft(portal, request, id, request.body.draftId);
      draft.key.fill(0);
      await portal.database.commit([removeFile(portal.database, draft, file)]);
      return {};
    },
  });
}

/** Throws Refusal 422 `uploads-off`, `file-too-large`. */
function requireUploads(portal: PortalContext, sizeBytes: number): UploadRules {
  const rules = portal.replies.uploads();
  if (rules === null) throw refuseFile(new FileRefused('uploads-off'));
  if (sizeBytes > rules.maxFileBytes) throw refuseFile(new FileRefused('file-too-large'));
  return rules;
}

/** The last of the disk is for mail that is under way. */
async function requireRoom({ replies }: PortalContext): Promise<void> {
  if ((await replies.objects.freeBytes()) >= replies.settings().lowDiskBytes) return;
  const { code, message } = genericRefusal(503);
  throw new Refusal(503, code, message, { retryAfterSeconds: 60 });
}
