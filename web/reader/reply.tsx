/**
 * Answering on the site. What is written is kept, sealed, a moment after the last key and when the page goes; signing
 * out by idling loses nothing. Leaving the page drops the words and the draft's key.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { explain } from '../ui/explain.ts';
import { texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox, Skeleton } from '../ui/parts/controls.tsx';
import { Dialog } from '../ui/parts/dialog.tsx';
import { useRequest } from '../ui/use-request.ts';
import { MAX_TEXT_CHARACTERS, openDraft, type Draft } from './draft.ts';

export interface ReplyProps {
  readonly messageId: string;
  /** Name of the author, as the message shows it. */
  readonly author: string;
  /** Whether others than the reader stand in To and Cc. */
  readonly hasOthers: boolean;
}

type Step = 'asked' | 'author' | 'all' | 'sent';

export function Reply({ messageId, author, hasOthers }: ReplyProps) {
  const t = texts().reply;
  const [step, setStep] = useState<Step>('asked');
  if (step === 'sent') {
    return (
      <div class="box good no-print" role="status">
        <p>{t.sent(author)}</p>
      </div>
    );
  }
  if (step === 'asked') {
    return (
      <div class="row no-print">
        <Button onPress={() => setStep('author')}>{t.reply}</Button>
        {hasOthers && (
          <Button kind="second" onPress={() => setStep('all')}>
            {t.replyAll}
          </Button>
        )}
      </div>
    );
  }
  return (
    <ReplyForm
      messageId={messageId}
      to={step}
      author={author}
      onSent={() => setStep('sent')}
      onClosed={() => setStep('asked')}
    />
  );
}

const SAVE_AFTER_MS = 1_500;

interface FormProps {
  readonly messageId: string;
  readonly to: 'author' | 'all';
  readonly author: string;
  readonly onSent: () => void;
  readonly onClosed: () => void;
}

function ReplyForm({ messageId, to, author, onSent, onClosed }: FormProps) {
  const t = texts().reply;
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    let opened: Draft | null = null;
    setFailure(null);
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
      {draft !== null && <Writing draft={draft} to={to} onSent={onSent} onClosed={onClosed} />}
    </section>
  );
}

interface WritingProps extends Pick<FormProps, 'to' | 'onSent' | 'onClosed'> {
  readonly draft: Draft;
}

function Writing({ draft, to, onSent, onClosed }: WritingProps) {
  const t = texts().reply;
  const [text, setText] = useState(draft.text);
  const [empty, setEmpty] = useState(false);
  const [asking, setAsking] = useState(false);
  const { state, keep, settle } = useKeeping(draft, text);
  const { busy, failure, run } = useRequest();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const send = (): void => {
    setEmpty(text.trim() === '');
    if (text.trim() === '') area.current?.focus();
    else
      run(async () => {
        await settle();
        await keep(text);
        await draft.send(to);
        onSent();
      });
  };
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
      {failure !== null && <ProblemBox text={explain(failure)} />}
      <div class="row">
        <Button busy={busy} onPress={send}>
          {busy ? t.sending : t.send}
        </Button>
        <Button kind="second" onPress={() => (text.trim() === '' ? onClosed() : setAsking(true))}>
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

type KeepState = 'unchanged' | 'kept' | 'failed';

/** Keeps the text a moment after the last change, one saving behind the other. */
function useKeeping(draft: Draft, text: string) {
  const [state, setState] = useState<KeepState>(draft.text === '' ? 'unchanged' : 'kept');
  const saving = useRef<Promise<void>>(Promise.resolve());
  const latest = useRef(text);
  const kept = useRef(draft.text);
  latest.current = text;
  const keep = (words: string): Promise<void> => {
    const next = saving.current
      .catch(() => {})
      .then(async () => {
        if (words === kept.current) return;
        await draft.save(words);
        kept.current = words;
      });
    saving.current = next;
    return next;
  };
  const keepNow = (): void => {
    keep(latest.current).then(
      () => setState('kept'),
      () => setState('failed'),
    );
  };
  useEffect(() => {
    if (text === kept.current) return undefined;
    setState('unchanged');
    const timer = setTimeout(keepNow, SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => {
    const leaving = (): void => {
      if (document.visibilityState === 'hidden') keepNow();
    };
    document.addEventListener('visibilitychange', leaving);
    return () => document.removeEventListener('visibilitychange', leaving);
  }, []);
  return { state, keep, settle: () => saving.current.catch(() => {}) };
}
