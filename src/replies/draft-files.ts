/**
 * Attached files of a draft: one sealed stream each, kept in groups of chunks as the page sends them. A group that is
 * there is never changed, so what was scanned is what is sent. Lengths are exact: a file that is announced with so many
 * octets has groups of just those lengths. Knows no names: they stand in the sealed text.
 */
import { equalBytes } from '#src/base/bytes.ts';
import { newId } from '#src/base/identifiers.ts';
import { HEADER_BYTES, SEALED_CHUNK_BYTES, sealedLength } from '#src/sealing/chunked-encryption.ts';
import { openChunkedStream, type ChunkedStream } from '#src/sealing/chunked-stream.ts';
import { draftFileContext } from '#src/sealing/contexts.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

import type { Draft, DraftsContext } from './drafts.ts';
import { MAX_FILES } from './written-text.ts';

/** Small enough for a slow phone to send within the time of a request. */
export const CHUNKS_IN_GROUP = 16;
/** The first group is longer by salt and commitment. */
export const MAX_GROUP_BYTES = HEADER_BYTES + CHUNKS_IN_GROUP * SEALED_CHUNK_BYTES;
const GROUP_BYTES = CHUNKS_IN_GROUP * SEALED_CHUNK_BYTES;

export interface DraftFile {
  readonly id: string;
  /** Decoded. */
  readonly sizeBytes: number;
  /** Whether every group is there. */
  readonly isComplete: boolean;
}

export async function listFiles({ query }: Pick<Database, 'query'>, draftId: string): Promise<DraftFile[]> {
  const rows = await query
    .selectFrom('draft_files')
    .leftJoin('draft_chunks', 'draft_chunks.fileId', 'draft_files.id')
    .select(({ fn }) => [
      'draft_files.id',
      'sizeBytes',
      fn.count<number | string>('draft_chunks.number').as('groups'),
    ])
    .where('draftId', '=', draftId)
    .groupBy(['draft_files.id', 'sizeBytes'])
    .orderBy('draft_files.id')
    .execute();
  return rows.map(({ id, sizeBytes, groups }) => ({
    id,
    sizeBytes,
    isComplete: Number(groups) === groupCount(sizeBytes),
  }));
}

/**
 * Announces a file. The unit fails with ExpectationFailed where the draft is gone or waits, or has as many files or
 * octets as it may.
 */
export function addFile(
  { database, clock, random }: DraftsContext,
  draft: Draft,
  sizeBytes: number,
  maxTotalBytes: number,
): { readonly id: string; readonly statements: readonly Statement[] } {
  const id = newId(clock, random);
  const { query } = database;
  const room = statement(
    query
      .updateTable('drafts')
      .set({ updatedAt: clock.now() })
      .where('id', '=', draft.draftId)
      .where('waitingSince', 'is', null)
      .where(
        ({ selectFrom, fn }) =>
          selectFrom('draft_files')
            .select(fn.countAll<number>().as('files'))
            .where('draftId', '=', draft.draftId),
        '<',
        MAX_FILES,
      )
      .where(
        ({ selectFrom }) =>
          selectFrom('draft_files')
            .select(({ fn, lit }) => fn.coalesce(fn.sum<number>('sizeBytes'), lit(0)).as('octets'))
            .where('draftId', '=', draft.draftId),
        '<=',
        maxTotalBytes - sizeBytes,
      ),
    exactlyOne,
  );
  const insert = statement(
    query.insertInto('draft_files').values({ id, draftId: draft.draftId, sizeBytes }),
    exactlyOne,
  );
  return { id, statements: [room, insert] };
}

export type KeptGroup = 'kept' | 'unknown-file' | 'wrong-length' | 'another-is-there';

/** Keeps one group of sealed chunks; the same once more is kept already. Throws what the database throws. */
export async function keepGroup(
  database: Database,
  draft: Draft,
  fileId: string,
  number: number,
  sealed: Buffer,
): Promise<KeptGroup> {
  const file = await findFile(database, draft, fileId);
  if (file === undefined) return 'unknown-file';
  if (sealed.length !== groupLength(file.sizeBytes, number)) return 'wrong-length';
  await database.commit([
    statement(
      database.query
        .insertInto('draft_chunks')
        .values({ fileId, number, sealed })
        .onConflict((conflict) => conflict.columns(['fileId', 'number']).doNothing()),
    ),
  ]);
  const kept = await readGroup(database, fileId, number);
  return kept !== null && equalBytes(kept, sealed) ? 'kept' : 'another-is-there';
}

/** Removes a file of the draft; nothing where there is none. */
export function removeFile({ query }: Pick<Database, 'query'>, draft: Draft, fileId: string): Statement {
  return statement(
    query.deleteFrom('draft_files').where('id', '=', fileId).where('draftId', '=', draft.draftId),
  );
}

/** Opens a complete file; a group of it is held at a time. Throws AuthenticationFailed. */
export function openFile(
  database: Pick<Database, 'query'>,
  draft: Draft,
  file: DraftFile,
): Promise<ChunkedStream> {
  let held: { readonly number: number; readonly bytes: Buffer } | null = null;
  const group = async (number: number): Promise<Buffer> => {
    if (held?.number !== number)
      held = { number, bytes: (await readGroup(database, file.id, number)) ?? Buffer.alloc(0) };
    return held.bytes;
  };
  return openChunkedStream({
    inputKey: draft.key,
    context: draftFileContext({ ...draft, fileId: file.id }),
    ciphertextLength: sealedLength(file.sizeBytes),
    async read(offset, length) {
      const pieces: Buffer[] = [];
      for (let at = offset; at < offset + length;) {
        const number = Math.max(0, Math.floor((at - HEADER_BYTES) / GROUP_BYTES));
        const { start, end } = groupRange(file.sizeBytes, number);
        const bytes = await group(number);
        pieces.push(bytes.subarray(at - start, Math.min(end, offset + length) - start));
        at = end;
      }
      return Buffer.concat(pieces);
    },
  });
}

function findFile({ query }: Pick<Database, 'query'>, draft: Draft, fileId: string) {
  return query
    .selectFrom('draft_files')
    .select('sizeBytes')
    .where('id', '=', fileId)
    .where('draftId', '=', draft.draftId)
    .executeTakeFirst();
}

async function readGroup(
  { query }: Pick<Database, 'query'>,
  fileId: string,
  number: number,
): Promise<Buffer | null> {
  const row = await query
    .selectFrom('draft_chunks')
    .select('sealed')
    .where('fileId', '=', fileId)
    .where('number', '=', number)
    .executeTakeFirst();
  return row === undefined ? null : Buffer.from(row.sealed);
}

/** Groups of a file of so many octets. */
function groupCount(sizeBytes: number): number {
  return Math.ceil((sealedLength(sizeBytes) - HEADER_BYTES) / GROUP_BYTES);
}

/** Where a group lies in the stream. */
function groupRange(sizeBytes: number, number: number): { readonly start: number; readonly end: number } {
  const start = number === 0 ? 0 : HEADER_BYTES + number * GROUP_BYTES;
  return { start, end: Math.min(HEADER_BYTES + (number + 1) * GROUP_BYTES, sealedLength(sizeBytes)) };
}

/** Zero or less: there is no such group. */
function groupLength(sizeBytes: number, number: number): number {
  const { start, end } = groupRange(sizeBytes, number);
  return end - start;
}
