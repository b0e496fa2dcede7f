/** A message that can't be opened: what happened and when, and one button to ask for it. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { ClosedJson } from '../ui/api-types.ts';
import { codeOf, describeWait, explain } from '../ui/explain.ts';
import { formatDate, formatDateTime, texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { useRequest } from '../ui/use-request.ts';
import { closedTexts } from './texts.ts';

export interface ClosedProps {
  readonly closed: ClosedJson;
  /** Name, or the address where none is known. */
  readonly author: string;
  /** Where it is asked for, without `/ask`. */
  readonly path: string;
  /** It turned out to be open. */
  readonly onOpen: () => void;
}

export default function ClosedMessage({ closed: first, author, path, onOpen }: ClosedProps) {
  const [closed, setClosed] = useState<ClosedJson | null>(first);
  const t = closedTexts();
  if (closed === null) {
    return (
      <div class="card">
        <Page title={t.changed} stepped tabTitle={texts().sendSecure}>
          <Button onPress={onOpen}>{t.open}</Button>
        </Page>
      </div>
    );
  }
  const [title, text] = whatHappened(closed, author);
  return (
    <div class="card">
      <Page title={title} tabTitle={texts().sendSecure}>
        <p>{text}</p>
        {closed.gone && <p>{t.gone(author)}</p>}
        {closed.request === 'declined' && <p>{t.declined(author)}</p>}
        <div role="status">
          {closed.request === 'asked' && (
            <div class="box good">
              <h2>{t.askedTitle}</h2>
              <p>{t.asked(author, formatDateTime(closed.askedAt ?? ''))}</p>
            </div>
          )}
        </div>
        {closed.mayAsk && <AskForm closed={closed} author={author} path={path} onAsked={setClosed} />}
      </Page>
    </div>
  );
}

function whatHappened({ state, by, at }: ClosedJson, author: string): readonly [string, string] {
  const t = closedTexts();
  if (state === 'expired') return [t.expiredTitle, t.expired(formatDate(at))];
  if (state === 'needs-release') return [t.releaseTitle, t.release(formatDateTime(at))];
  const when = formatDateTime(at);
  if (by === 'recipient') return [t.lockedTitle, t.lockedByRecipient(when)];
  return [t.lockedTitle, by === 'author' ? t.lockedByAuthor(author, when) : t.lockedByOrganization(when)];
}

interface AskProps {
  readonly closed: ClosedJson;
  readonly author: string;
  readonly path: string;
  readonly onAsked: (closed: ClosedJson | null) => void;
}

const NOTE_MAX_CHARACTERS = 300;

function AskForm({ closed, author, path, onAsked }: AskProps) {
  const t = closedTexts();
  const [note, setNote] = useState('');
  const asking = useRequest();
  const send = (): void =>
    asking.run(async () => {
      const answer = await call<{ closed: ClosedJson | null }>('POST', `${path}/ask`, { note: note.trim() });
      onAsked(answer.closed);
    });
  return (
    <form
      class="divided"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p class="lead">{t.ask(author)}</p>
      <div class="field">
        <label for="ask-note">{t.noteLabel}</label>
        <p class="hint" id="ask-note-hint">
          {t.noteHint}
        </p>
        <textarea
          id="ask-note"
          rows={3}
          maxLength={NOTE_MAX_CHARACTERS}
          aria-describedby="ask-note-hint"
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </div>
      {asking.failure !== null && <ProblemBox text={askFailure(asking.failure)} />}
      <Button submit wide busy={asking.busy}>
        {asking.busy ? t.asking : closed.gone ? t.askAgain : t.askOpen}
      </Button>
    </form>
  );
}

function askFailure(failure: unknown): string {
  const wait = failure instanceof ApiFailure ? failure.number('retryAfterSeconds') : null;
  if (codeOf(failure) === 'slow-down') return closedTexts().tooOften(describeWait(wait ?? 3600));
  return explain(failure);
}
