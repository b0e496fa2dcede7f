/** Whose draft it is, whether it may be changed, and the words for what can't be sent. */
import { Refusal } from '#src/http/refusal.ts';
import { findDraft, type Draft } from '#src/replies/drafts.ts';
import { FileRefused, type FileRefusalCode } from '#src/replies/upload-rules.ts';
import { ExpectationFailed, type Statement } from '#src/storage/database.ts';

import type { PortalContext } from '../portal-context.ts';
import { requireAnswerable, type Answerable } from './answerable.ts';
import { requireReader } from './reader.ts';

export interface OpenedDraft {
  readonly draft: Draft;
  readonly answerable: Answerable;
}

/** Throws Refusal 409 `draft-gone` where it was sent or thrown away, in another tab perhaps. */
export async function requireDraft(
  portal: PortalContext,
  request: Parameters<typeof requireReader>[1],
  messageId: string,
  draftId: string,
): Promise<OpenedDraft> {
  const reader = await requireReader(portal, request);
  const answerable = await requireAnswerable(portal, reader, messageId);
  const draft = await findDraft(portal, answerable.owner);
  if (draft === null || draft.draftId !== draftId) {
    draft?.key.fill(0);
    throw draftGone();
  }
  return { draft, answerable };
}

/** The same, and Refusal 409 `reply-waits` while its files wait for the scanner. */
export async function requireOpenDraft(...given: Parameters<typeof requireDraft>): Promise<OpenedDraft> {
  const opened = await requireDraft(...given);
  if (opened.draft.waitingSince === null) return opened;
  opened.draft.key.fill(0);
  throw new Refusal(409, 'reply-waits', 'This answer waits for the virus check. Take it back to change it.');
}

export async function commitOrGone(portal: PortalContext, statements: readonly Statement[]): Promise<void> {
  try {
    await portal.database.commit(statements);
  } catch (error) {
    throw refuseFile(error) ?? error;
  }
}

const FILE_WORDS: Readonly<Record<FileRefusalCode, string>> = {
  'uploads-off': 'Files can not be sent here.',
  'files-too-large': 'The files are too large together.',
  'files-outside': 'Files can be sent to the organisation only, not to the others.',
  'file-missing': 'A file did not arrive whole. Please remove it and choose it again.',
  'file-too-large': 'A file is too large.',
  'file-type': 'A file is of a kind that is not taken.',
  'file-infected': 'A virus was found in a file. Your answer was not sent.',
};

/** The refusal that an error of sending means; null: none. */
export function refuseFile(error: unknown): Refusal | null {
  if (error instanceof ExpectationFailed) return draftGone();
  if (!(error instanceof FileRefused)) return null;
  const { code, file } = error;
  return new Refusal(422, code, FILE_WORDS[code], file === null ? {} : { file });
}

function draftGone(): Refusal {
  return new Refusal(409, 'draft-gone', 'This answer was sent or thrown away already.');
}
