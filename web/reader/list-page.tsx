/** All messages of the signed-in person: author and subject come from list entries, so that no message is opened. */
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { ListedMessage } from '../ui/api-types.ts';
import { explain } from '../ui/explain.ts';
import { formatDate, formatDateTime, texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox, PageSkeleton, Skeleton } from '../ui/parts/controls.tsx';
import { FailedPage } from '../ui/parts/failed-page.tsx';
import { Page } from '../ui/parts/page.tsx';
import { noteSignedIn, session } from '../ui/session.ts';
import { useRequest } from '../ui/use-request.ts';
import type KeepSeveralPart from './keep-several.tsx';
import { openListEntry, type ListEntry } from './list-entry.ts';
import { makePageKey, toPageKeyJson } from './page-key.ts';
import { displayText } from './safe-name.ts';

interface Row {
  readonly message: ListedMessage;
  /** Null where the entry does not authenticate. */
  readonly entry: ListEntry | null;
}

interface ListAnswer {
  readonly organizationId: string;
  readonly accountId: string;
  readonly messages: readonly ListedMessage[];
  readonly next: string | null;
}

interface Listed {
  readonly rows: readonly Row[];
  /** Where the next, older page begins; null: all are here. */
  readonly next: string | null;
}

async function readList(before: string | null): Promise<Listed> {
  const pageKey = await makePageKey();
  const answer = await call<ListAnswer>('POST', '/api/messages', {
    pageKey: toPageKeyJson(pageKey),
    ...(before !== null && { before }),
  });
  if (session.peek()?.signedIn !== true) noteSignedIn();
  const reader = { organizationId: answer.organizationId, accountId: answer.accountId, pageKey };
  const rows = await Promise.all(
    answer.messages.map(async (message) => ({
      message,
      entry: message.state === 'ready' ? await openListEntry(message, reader).catch(() => null) : null,
    })),
  );
  return { rows, next: answer.next };
}

export default function ListPage() {
  const t = texts();
  const [listed, setListed] = useState<Listed | null>(null);
  const older = useRequest();
  const [keeping, setKeeping] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    setFailure(null);
    readList(null).then(
      (read) => wanted && setListed(read),
      (error: unknown) => wanted && setFailure(error),
    );
    const drop = (): void => setListed(null);
    window.addEventListener('pagehide', drop);
    return () => {
      wanted = false;
      window.removeEventListener('pagehide', drop);
    };
  }, [attempt]);

  if (failure !== null) return <FailedPage text={explain(failure)} onRetry={() => setAttempt(attempt + 1)} />;
  if (listed === null) return <PageSkeleton />;
  const { rows, next } = listed;
  return (
    <Page title={t.list.title}>
      {rows.length === 0 ? (
        <div class="card">
          <p class="lead">{t.list.empty}</p>
          <p class="aside">{t.list.emptyHint}</p>
        </div>
      ) : (
        <ul class="messages">
          {rows.map((row) => (
            <li key={row.message.id}>
              <ListedRow {...row} />
            </li>
          ))}
        </ul>
      )}
      {older.failure !== null && <ProblemBox text={explain(older.failure)} />}
      <div class="row">
        {next !== null && (
          <Button
            kind="second"
            small
            busy={older.busy}
            onPress={() =>
              older.run(async () => {
                const more = await readList(next);
                setListed({ rows: [...rows, ...more.rows], next: more.next });
              })
            }
          >
            {t.list.more}
          </Button>
        )}
        <Button kind="second" small onPress={() => setAttempt(attempt + 1)}>
          {t.list.refresh}
        </Button>
        {rows.some(({ message }) => message.state === 'ready') && (
          <Button kind="second" small onPress={() => setKeeping(true)}>
            {t.list.keepSeveral}
          </Button>
        )}
        <a class="button second small" href="/account">
          {t.accountLink}
        </a>
      </div>
      {keeping && <KeepSeveral rows={rows} onClose={() => setKeeping(false)} />}
    </Page>
  );
}

/** The choice of messages to keep, fetched when somebody asks for it. */
function KeepSeveral({ rows, onClose }: { readonly rows: readonly Row[]; readonly onClose: () => void }) {
  const [part, setPart] = useState<typeof KeepSeveralPart | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setFailure(null);
    import('./keep-several.tsx').then(
      (module) => setPart(() => module.default),
      () => setFailure(new ApiFailure('offline', 0)),
    );
  }, [attempt]);
  if (failure !== null) return <ProblemBox text={explain(failure)} onRetry={() => setAttempt(attempt + 1)} />;
  if (part === null) return <Skeleton />;
  const Part = part;
  return <Part rows={rows.filter(({ message }) => message.state === 'ready')} onClose={onClose} />;
}

function closedLabel(state: ListedMessage['state']): string {
  const t = texts().list;
  if (state === 'needs-code') return t.needsCode;
  return state === 'locked' ? t.locked : state === 'needs-release' ? t.needsRelease : t.expired;
}

function sentLabel(sent: NonNullable<ListedMessage['sent']>): string {
  const t = texts().list;
  return sent === 'failed' ? t.sentFailed : sent === 'arrived' ? t.sentArrived : t.sentOnItsWay;
}

function ListedRow({ message, entry }: Row) {
  const t = texts().list;
  // A code by telephone is asked for on the message's page.
  const ready = message.state === 'ready' || message.state === 'needs-code';
  const fresh = ready && !message.opened;
  const unread = message.state === 'ready' ? t.unreadable : closedLabel(message.state);
  const subject = entry === null ? unread : displayText(entry.subject, 200);
  const content = (
    <>
      <span class="top">
        <span class="who">{entry === null ? '' : displayText(entry.author, 120)}</span>
        <span class="aside">{formatDateTime(message.sentAt)}</span>
      </span>
      <span class="subject">{subject === '' ? t.noSubject : subject}</span>
      <span class="aside">
        {fresh && <span class="tag">{t.unread}</span>}
        {message.readFor != null && <span class="tag closed">{t.readFor(message.readFor)}</span>}{' '}
        {message.sent !== null && <span class="tag">{sentLabel(message.sent)}</span>}{' '}
        {ready && t.until(formatDate(message.keptUntil))}
      </span>
    </>
  );
  return (
    <a
      class={fresh ? 'item new' : ready ? 'item' : 'item closed'}
      href={`/messages/${encodeURIComponent(message.id)}`}
    >
      {content}
    </a>
  );
}
