/** Choosing files, by button or by dropping them anywhere on the page; what is attached, how far it is, what failed. */
import { useEffect, useRef, useState } from 'preact/hooks';

import type { UploadLimits } from '../ui/api-types.ts';
import { explain } from '../ui/explain.ts';
import { formatSize, texts } from '../ui/locale/locale.ts';
import { replyFormTexts } from './reply-texts.ts';
import { Button } from '../ui/parts/controls.tsx';
import type { AttachedFile, AttachedFiles } from './attached-files.ts';

export interface FilesProps {
  readonly attached: AttachedFiles;
  readonly limits: UploadLimits;
}

export function AttachedFilesList({ attached, limits }: FilesProps) {
  const t = replyFormTexts();
  const { files, refused } = attached;
  const input = useRef<HTMLInputElement>(null);
  const chooser = useRef<HTMLDivElement>(null);
  const dropping = useDropping(attached.add);
  const ready = files.filter(({ state }) => state.is === 'ready').length;
  return (
    <div class={dropping ? 'field dropping' : 'field'} role="group" aria-labelledby="reply-files-title">
      <h3 id="reply-files-title">{t.files}</h3>
      <p class="hint">
        {t.filesHint(formatSize(limits.maxFileBytes), formatSize(limits.maxTotalBytes), limits.maxFiles)}
      </p>
      {files.length > 0 && (
        <ul class="attachments">
          {files.map((file) => (
            <li key={file.key}>
              <FileLine
                file={file}
                onRetry={() => attached.retry(file.key)}
                onRemove={() => {
                  attached.remove(file.key);
                  chooser.current?.querySelector('button')?.focus();
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <div ref={chooser} class="chooser">
        <Button kind="second" small onPress={() => input.current?.click()}>
          {t.attach}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            attached.add([...(event.currentTarget.files ?? [])]);
            // The same file may be chosen again after it was removed.
            event.currentTarget.value = '';
          }}
        />
      </div>
      <div role="alert">
        {refused.map(({ name, why }, i) => (
          <p class="problem" key={i}>
            {t.refused[why](name)}
          </p>
        ))}
      </div>
      <p class="unseen" role="status">
        {files.length > 0 ? t.filesReady(ready, files.length) : ''}
      </p>
    </div>
  );
}

interface LineProps {
  readonly file: AttachedFile;
  readonly onRetry: () => void;
  readonly onRemove: () => void;
}

function FileLine({ file: { name, size, state }, onRetry, onRemove }: LineProps) {
  const t = replyFormTexts();
  return (
    <>
      <div class="file">
        <p class="file-name">
          {name}
          <span class="aside">{formatSize(size)}</span>
        </p>
        <Button kind="second" small label={t.removeName(name)} onPress={onRemove}>
          {t.remove}
        </Button>
      </div>
      {(state.is === 'queued' || state.is === 'sending') && (
        <progress
          aria-label={t.sendingName(name)}
          max={100}
          value={state.is === 'sending' ? state.percent : 0}
        />
      )}
      <div role="alert">
        {state.is === 'broken' && <p class="problem">{t.broken(name)}</p>}
        {state.is === 'failed' && <p class="problem">{explain(state.failure)}</p>}
      </div>
      {state.is === 'failed' && (
        <Button kind="second" small label={`${texts().tryAgain}: ${name}`} onPress={onRetry}>
          {texts().tryAgain}
        </Button>
      )}
    </>
  );
}

/** While a reply is written, files dropped anywhere are attached, and never opened in place of the page. */
function useDropping(add: (files: readonly File[]) => void): boolean {
  const [dropping, setDropping] = useState(false);
  const latest = useRef(add);
  latest.current = add;
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setDropping(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDropping(false);
    };
    const drop = (event: DragEvent): void => {
      setDropping(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      latest.current([...(event.dataTransfer?.files ?? [])]);
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', leave);
    document.addEventListener('drop', drop);
    return () => {
      document.removeEventListener('dragover', over);
      document.removeEventListener('dragleave', leave);
      document.removeEventListener('drop', drop);
    };
  }, []);
  return dropping;
}
