/**
 * The files that a finished reply lists, made ready to be sent: whole, of a size and kind that is taken, and scanned.
 * What is listed is what the writer sees; a file that is kept and not listed is not sent.
 */
import type { Database } from '#src/storage/database.ts';
import { errorCode } from '#src/base/coded-error.ts';
import type { ChunkedStream } from '#src/sealing/chunked-stream.ts';

import type { ReplyFile } from './compose-reply.ts';
import { listFiles, openFile, type DraftFile } from './draft-files.ts';
import type { Draft } from './drafts.ts';
import { beginsLikeProgram, isRefusedName } from './refused-types.ts';
import { FileRefused, type UploadRules } from './upload-rules.ts';
import type { WrittenText } from './written-text.ts';

const FIRST_OCTETS = 16;

/** Opened when it is read. Throws FileRefused. */
export async function readyFiles(
  database: Pick<Database, 'query'>,
  draft: Draft,
  listed: WrittenText['files'],
  rules: UploadRules,
): Promise<readonly ReplyFile[]> {
  const kept = new Map((await listFiles(database, draft.draftId)).map((file) => [file.id, file]));
  const ready: ReplyFile[] = [];
  let octets = 0;
  for (const [index, { id, name, type }] of listed.entries()) {
    const position = index + 1;
    if (isRefusedName(name)) throw new FileRefused('file-type', position);
    const file = kept.get(id);
    if (file?.isComplete !== true) throw new FileRefused('file-missing', position);
    if (file.sizeBytes > rules.maxFileBytes) throw new FileRefused('file-too-large', position);
    octets += file.sizeBytes;
    if (beginsLikeProgram(await firstOctets(database, draft, file, position)))
      throw new FileRefused('file-type', position);
    ready.push({ name, type, content: () => contentOf(database, draft, file, position) });
  }
  if (octets > rules.maxTotalBytes) throw new FileRefused('files-too-large');
  return ready;
}

export type Scanned =
  | { readonly kind: 'clean' }
  /** `file`: from 1. */
  | { readonly kind: 'infected'; readonly file: number; readonly signature: string }
  | { readonly kind: 'not-scanned'; readonly why: string };

/** One after the other, to the first that is not clean. Throws FileRefused for one that can't be read. */
export async function scanFiles(
  files: readonly ReplyFile[],
  scanner: UploadRules['scanner'],
): Promise<Scanned> {
  if (scanner === null) return { kind: 'clean' };
  for (const [index, file] of files.entries()) {
    const verdict = await scanner.scan(file.content());
    if (verdict.kind === 'infected') return { ...verdict, file: index + 1 };
    if (verdict.kind !== 'clean') return verdict;
  }
  return { kind: 'clean' };
}

async function firstOctets(
  database: Pick<Database, 'query'>,
  draft: Draft,
  file: DraftFile,
  position: number,
): Promise<Buffer> {
  return refusingDamage(position, async () => {
    const stream = await openFile(database, draft, file);
    return stream.readRange(0, Math.min(FIRST_OCTETS, stream.plaintextLength));
  });
}

async function* contentOf(
  database: Pick<Database, 'query'>,
  draft: Draft,
  file: DraftFile,
  position: number,
): AsyncGenerator<Buffer> {
  const stream: ChunkedStream = await refusingDamage(position, () => openFile(database, draft, file));
  const pieces = stream.chunks()[Symbol.asyncIterator]();
  for (;;) {
    const next = await refusingDamage(position, () => pieces.next());
    if (next.done === true) return;
    yield next.value;
  }
}

/** What does not open was not sealed for this place: to its writer it is missing. */
async function refusingDamage<T>(position: number, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (errorCode(error) === 'authentication-failed') throw new FileRefused('file-missing', position);
    throw error;
  }
}
