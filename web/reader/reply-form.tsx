/**
 * Writing an answer. What is written is kept, sealed, a moment after the last key and when the page goes; signing out
 * by idling loses nothing. Leaving the page drops the words and the draft's key.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { ApiFailure } from '../ui/api.ts';
import { codeOf, explain } from '../ui/explain.ts';
import { texts } from '../ui/locale/locale.ts';
import { replyFormTexts } from './reply-texts.ts';
import { Button, ProblemBox, Skeleton } from '../ui/parts/controls.tsx';
import { Dialog } from '../ui/parts/dialog.tsx';
import { useRequest } from '../ui/use-request.ts';
import { AttachedFilesList } from './attached-files-list.tsx';
import { useAttachedFiles, type AttachedFile } from './attached-files.ts';
import { MAX_TEXT_CHARACTERS, openDraft, type Draft } from './draft.ts';
import { useKeeping } from './keeping.ts';

export interface FormProps {
  readonly messageId: string;
  readonly to: 'author' | 'all';
  readonly author: string;
  readonly onSent: (fate: 'sent' | 'waiting') => void;
  readonly onClosed: () => void;
}

export function ReplyForm({ messageId, to, author, onSent, onClosed }: FormProps) {
  const t = replyFormTexts();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    let opened: Draft | null = null;
    setFailure(null);
    setDraft(null);
    openDraft(messageId).then(
      (found) => {
        opened = found;
        if (wanted) setDraft(found);
        else found.close();
      },
      (error: unknown) => wanted && setFailure(error),
    );
    return () => {
      wanted = false;
      opened?.close();
    };
  }, [messageId, attempt]);
  return (
    <section class="card no-print" aria-labelledby="reply-title">
      <h2 id="reply-title">{to === 'all' ? t.titleAll(author) : t.title(author)}</h2>
      {failure !== null && <ProblemBox text={explain(failure)} onRetry={() => setAttempt(attempt + 1)} />}
      {failure === null && draft === null && <Skeleton />}
      {draft !== null && !draft.waiting && (
        <Writing draft={draft} to={to} onSent={onSent} onClosed={onClosed} />
      )}
      {draft?.waiting === true && <Waiting draft={draft} onChanged={() => setAttempt(attempt + 1)} />}
    </section>
  );
}

function Waiting({ draft, onChanged }: { readonly draft: Draft; readonly onChanged: () => void }) {
  const t = replyFormTexts();
  const { busy, failure, run } = useRequest();
  return (
    <>
      <p>{texts().reply.waits}</p>
      {failure !== null && <ProblemBox text={explain(failure)} onRetry={onChanged} />}
      <Button
        kind="second"
        busy={busy}
        onPress={() =>
          run(async () => {
            await draft.takeBack();
            onChanged();
          })
        }
      >
        {t.takeBack}
      </Button>
    </>
  );
}

interface WritingProps extends Pick<FormProps, 'to' | 'onSent' | 'onClosed'> {
  readonly draft: Draft;
}

function Writing({ draft, to, onSent, onClosed }: WritingProps) {
  const t = replyFormTexts();
  const [text, setText] = useState(draft.written.text);
  const [empty, setEmpty] = useState(false);
  const [early, setEarly] = useState(false);
  const [asking, setAsking] = useState(false);
  const attached = useAttachedFiles(draft);
  const written = { text, files: attached.written };
  const { state, keep, settle } = useKeeping(draft, written);
  const { busy, failure, run } = useRequest();
  const area = useRef<HTMLTextAreaElement>(null);
  const filesReady = attached.files.every((file) => file.state.is === 'ready');
  useEffect(() => area.current?.focus(), []);
  const send = (): void => {
    setEmpty(text.trim() === '');
    setEarly(!filesReady);
    if (text.trim() === '') area.current?.focus();
    else if (filesReady)
      run(async () => {
        await settle();
        await keep(written);
        onSent(await draft.send(to));
      });
  };
  const isNothing = text.trim() === '' && attached.files.length === 0;
  const infected = attached.files.find((_, i) => i + 1 === draft.infectedFile);
  const problem = empty && text.trim() === '';
  return (
    <>
      <div class="field">
        <label for="reply-text">{t.label}</label>
        <p class="hint" id="reply-text-hint">
          {t.hint}
        </p>
        <textarea
          ref={area}
          id="reply-text"
          rows={8}
          maxLength={MAX_TEXT_CHARACTERS}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          aria-invalid={problem ? 'true' : undefined}
          aria-describedby={problem ? 'reply-text-hint reply-text-problem' : 'reply-text-hint'}
        />
        <div role="alert">
          {problem && (
            <p class="problem" id="reply-text-problem">
              {t.empty}
            </p>
          )}
        </div>
        <p class="aside" role="status">
          {state === 'kept' ? t.kept : state === 'failed' ? t.notKept : '\u00a0'}
        </p>
      </div>
      {draft.uploads !== null && <AttachedFilesList attached={attached} limits={draft.uploads} />}
      {failure === null && infected !== undefined && <ProblemBox text={t.infected(infected.name)} />}
      {failure !== null && <ProblemBox text={explainSending(failure, attached.files)} />}
      <div role="alert">{early && !filesReady && <p class="problem">{t.filesUnderWay}</p>}</div>
      <div class="row">
        <Button busy={busy} onPress={send}>
          {busy ? t.sending : t.send}
        </Button>
        <Button kind="second" onPress={() => (isNothing ? onClosed() : setAsking(true))}>
          {t.discard}
        </Button>
      </div>
      {asking && (
        <Dialog title={t.discardTitle} onClose={() => setAsking(false)}>
          <p>{t.discardText}</p>
          <div class="row">
            <Button
              busy={busy}
              onPress={() =>
                run(async () => {
                  await settle();
                  await draft.discard();
                  onClosed();
                })
              }
            >
              {t.discardYes}
            </Button>
            <Button kind="second" onPress={() => setAsking(false)}>
              {t.discardNo}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** The server names a file by its position; the page knows what it is called. */
function explainSending(failure: unknown, files: readonly AttachedFile[]): string {
  const t = replyFormTexts();
  const position = failure instanceof ApiFailure ? failure.number('file') : null;
  const name = files[(position ?? 0) - 1]?.name ?? '';
  switch (codeOf(failure)) {
    case 'file-infected':
      return t.infected(name);
    case 'file-type':
      return t.refused.kind(name);
    case 'file-missing':
      return t.broken(name);
    case 'file-too-large':
      return t.refused['too-large'](name);
    case 'files-outside':
      return t.filesOutside;
    default:
      return explain(failure);
  }
}
