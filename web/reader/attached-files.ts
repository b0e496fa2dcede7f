/**
 * The files of a reply that is being written: chosen, sent one after the other, tried again, removed. Files from an
 * earlier visit are there by name; one that did not arrive whole then must be chosen anew.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import type { UploadLimits } from '../ui/api-types.ts';
import type { Draft, WrittenFile } from './draft.ts';
import type { Upload } from './upload.ts';

const MAX_NAME_CHARACTERS = 1_000;
const MAX_TYPE_CHARACTERS = 200;

export type FileState =
  | { readonly is: 'queued' }
  | { readonly is: 'sending'; readonly percent: number }
  | { readonly is: 'ready' }
  | { readonly is: 'failed'; readonly failure: unknown }
  /** Left behind half sent by another visit. */
  | { readonly is: 'broken' };

export interface AttachedFile {
  /** Of this page alone. */
  readonly key: number;
  /** Null: not announced yet. */
  readonly id: string | null;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly state: FileState;
}

export type Refusal = 'kind' | 'too-large' | 'too-large-together' | 'too-many';

/** Why a file is not even tried; null: it may be. `size`: of those that are attached, together. */
export function refusalOf(
  file: { readonly name: string; readonly size: number },
  attached: readonly { readonly size: number }[],
  limits: UploadLimits,
): Refusal | null {
  // As the server looks at it: Windows drops blanks and dots behind the ending.
  const ending = /\.([^.]*)$/.exec(file.name.toLowerCase().replace(/[. ]+$/, ''))?.[1] ?? '';
  if (limits.refusedEndings.includes(ending.trim())) return 'kind';
  if (file.size > limits.maxFileBytes) return 'too-large';
  if (attached.length >= limits.maxFiles) return 'too-many';
  const together = attached.reduce((sum, { size }) => sum + size, file.size);
  return together > limits.maxTotalBytes ? 'too-large-together' : null;
}

export interface AttachedFiles {
  readonly files: readonly AttachedFile[];
  /** As they are written into the draft. */
  readonly written: readonly WrittenFile[];
  /** Names of files that were not taken, and why. */
  readonly refused: readonly { readonly name: string; readonly why: Refusal }[];
  add(chosen: readonly File[]): void;
  retry(key: number): void;
  remove(key: number): void;
}

export function useAttachedFiles(draft: Draft): AttachedFiles {
  const [files, setFiles] = useState<readonly AttachedFile[]>(() => earlierFiles(draft));
  const [refused, setRefused] = useState<AttachedFiles['refused']>([]);
  const latest = useRef(files);
  const chosen = useRef(new Map<number, File>());
  const uploads = useRef(new Map<number, Upload>());
  const line = useRef<Promise<void>>(Promise.resolve());
  const open = useRef(true);
  const nextKey = useRef(files.length);

  function change(next: readonly AttachedFile[]): void {
    latest.current = next;
    if (open.current) setFiles(next);
  }
  const set = (key: number, part: Partial<AttachedFile>): void =>
    change(latest.current.map((file) => (file.key === key ? { ...file, ...part } : file)));
  const isThere = (key: number): boolean => open.current && latest.current.some((file) => file.key === key);

  useEffect(() => {
    forgetUnlisted(draft);
    return () => {
      open.current = false;
      for (const upload of uploads.current.values()) upload.stop();
    };
  }, []);

  async function send(key: number): Promise<void> {
    const blob = chosen.current.get(key);
    if (blob === undefined || !isThere(key)) return;
    set(key, { state: { is: 'sending', percent: 0 } });
    try {
      const upload = uploads.current.get(key) ?? (await draft.attach(blob));
      uploads.current.set(key, upload);
      if (!isThere(key)) {
        await draft.remove(upload.fileId);
        return;
      }
      set(key, { id: upload.fileId });
      await upload.run((percent) => set(key, { state: { is: 'sending', percent } }));
      set(key, { state: { is: 'ready' } });
    } catch (failure) {
      set(key, { state: { is: 'failed', failure } });
    }
  }

  function enqueue(key: number): void {
    set(key, { state: { is: 'queued' } });
    line.current = line.current.then(() => send(key));
  }

  function add(list: readonly File[]): void {
    const { uploads: limits } = draft;
    if (limits === null) return;
    const notTaken: { name: string; why: Refusal }[] = [];
    for (const file of list) {
      const why = refusalOf(file, latest.current, limits);
      if (why !== null) {
        notTaken.push({ name: file.name, why });
        continue;
      }
      const key = nextKey.current++;
      chosen.current.set(key, file);
      const name = file.name.slice(0, MAX_NAME_CHARACTERS);
      const type = file.type.slice(0, MAX_TYPE_CHARACTERS);
      change([...latest.current, { key, id: null, name, type, size: file.size, state: { is: 'queued' } }]);
      enqueue(key);
    }
    setRefused(notTaken);
  }

  function remove(key: number): void {
    const file = latest.current.find((one) => one.key === key);
    uploads.current.get(key)?.stop();
    change(latest.current.filter((one) => one.key !== key));
    setRefused([]);
    // What stays behind is not listed, not sent, and forgotten with the draft.
    if (file?.id != null) draft.remove(file.id).catch(() => {});
  }

  const written = files.flatMap(({ id, name, type }) => (id === null ? [] : [{ id, name, type }]));
  return { files, written, refused, add, retry: enqueue, remove };
}

function earlierFiles({ written, kept }: Draft): readonly AttachedFile[] {
  return written.files.map(({ id, name, type }, key) => {
    const there = kept.find((file) => file.id === id);
    const state: FileState = { is: there?.complete === true ? 'ready' : 'broken' };
    return { key, id, name, type, size: there?.sizeBytes ?? 0, state };
  });
}

/** Half a second before the page went: announced, and no longer in the list. */
function forgetUnlisted({ written, kept, remove }: Draft): void {
  for (const { id } of kept) if (written.files.every((file) => file.id !== id)) remove(id).catch(() => {});
}
