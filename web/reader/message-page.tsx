/**
 * The reader: opens one message in this page and shows it. The server releases the content key to a fresh key of this
 * page; header and text come first, the rest on demand. Leaving, idling or signing out unmounts it, which drops the key
 * and all plaintext; nothing of the message gets into titles, addresses or storage.
 */
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { Author, ClosedJson, OpenedMessageJson } from '../ui/api-types.ts';
import { codeOf, explain } from '../ui/explain.ts';
import { formatDate, formatDateTime, texts } from '../ui/locale/locale.ts';
import { Button, PageSkeleton, ProblemBox, Skeleton } from '../ui/parts/controls.tsx';
import { Closed } from '../ui/parts/closed.tsx';
import { FailedPage } from '../ui/parts/failed-page.tsx';
import { Page } from '../ui/parts/page.tsx';
import { useRequest } from '../ui/use-request.ts';
import { AttachmentList } from './attachment-list.tsx';
import { parseInvitation, type Invitation } from './calendar.ts';
import { authorName } from './author-name.ts';
import { InvitationCard } from './invitation-card.tsx';
import { KeepCopy } from './keep-copy.tsx';
import { MailFrame } from './mail-frame.tsx';
import type { OpenedMessage } from './opened-message.ts';
import { PlainText } from './plain-text.tsx';
import { releaseMessage, type ReleasedMessage } from './release-message.ts';
import { Reply } from './reply.tsx';
import { displayText } from './safe-name.ts';
import { SecondChannel } from './second-channel.tsx';

export default function MessagePage({ pieces }: { readonly pieces: Record<string, string> }) {
  const messageId = pieces['id'] ?? '';
  const [shown, setShown] = useState<ReleasedMessage | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    let opened: ReleasedMessage | null = null;
    setFailure(null);
    const drop = (): void => {
      wanted = false;
      opened?.message.close();
      setShown(null);
    };
    const show = async (): Promise<void> => {
      try {
        opened = await releaseMessage(messageId);
        if (wanted) setShown(opened);
        else opened.message.close();
      } catch (error) {
        if (wanted) setFailure(error);
      }
    };
    void show();
    window.addEventListener('pagehide', drop);
    return () => {
      window.removeEventListener('pagehide', drop);
      drop();
    };
  }, [messageId, attempt]);

  if (codeOf(failure) === 'needs-code')
    return <SecondChannel messageId={messageId} onProven={() => setAttempt(attempt + 1)} />;
  if (failure !== null)
    return <OpeningFailure messageId={messageId} failure={failure} onRetry={() => setAttempt(attempt + 1)} />;
  if (shown === null) return <PageSkeleton label={texts().reader.opening} />;
  return <ShownMessage {...shown} />;
}

const CLOSED_CODES = ['locked', 'expired', 'needs-release'];

interface FailureProps {
  readonly messageId: string;
  readonly failure: unknown;
  readonly onRetry: () => void;
}

function OpeningFailure({ messageId, failure, onRetry }: FailureProps) {
  const t = texts().reader;
  if (CLOSED_CODES.includes(codeOf(failure))) return <ClosedHere messageId={messageId} onOpen={onRetry} />;
  const missing =
    codeOf(failure) === 'not-available' || (failure instanceof ApiFailure && failure.status === 404);
  return (
    <div class="card">
      <Page title={missing ? t.missingTitle : t.failedTitle} tabTitle={texts().sendSecure}>
        {missing ? <p>{t.missingText}</p> : <ProblemBox text={explain(failure)} onRetry={onRetry} />}
        <p>
          <a href="/messages">{t.allMessages}</a>
        </p>
      </Page>
    </div>
  );
}

function ClosedHere({ messageId, onOpen }: { readonly messageId: string; readonly onOpen: () => void }) {
  const path = `/api/messages/${encodeURIComponent(messageId)}`;
  const [found, setFound] = useState<{ closed: ClosedJson; author: Author } | null>(null);
  const asking = useRequest();
  const ask = (): void =>
    asking.run(async () => {
      const { closed, author } = await call<{ closed: ClosedJson | null; author: Author }>(
        'GET',
        `${path}/closed`,
      );
      if (closed === null) onOpen();
      else setFound({ closed, author });
    });
  useEffect(ask, [messageId]);
  if (asking.failure !== null) return <FailedPage text={explain(asking.failure)} onRetry={ask} />;
  if (found === null) return <PageSkeleton />;
  return <Closed closed={found.closed} author={found.author.address} path={path} onOpen={onOpen} />;
}

function ShownMessage({ facts, message }: ReleasedMessage) {
  const t = texts();
  const { header } = message.index;
  const subject = displayText(header.subject);
  const { address } = facts.author;
  const name = authorName(facts.author, header.from);
  return (
    <>
      <article class="card">
        <Page title={subject === '' ? t.reader.noSubject : subject} tabTitle={t.sendSecure}>
          <div class="message-head">
            <p class="author">
              <strong>{name}</strong> {name !== address && <span class="aside">{displayText(address)}</span>}
            </p>
            <p class="when">
              <time dateTime={facts.sentAt}>{formatDateTime(facts.sentAt)}</time>
            </p>
            <div class="head-tools">
              <details class="no-print">
                <summary>{t.reader.details}</summary>
                <Details facts={facts} message={message} />
              </details>
              <span class="no-print">
                <Button kind="plain" onPress={() => window.print()}>
                  {t.reader.print}
                </Button>
              </span>
            </div>
            <div class="print-only">
              <Details facts={facts} message={message} />
            </div>
          </div>
          <div class="divided">
            <Body message={message} />
          </div>
        </Page>
      </article>
      <AttachmentList message={message} />
      {facts.canReply && (
        <Reply messageId={facts.messageId} author={name} hasOthers={hasOthers(facts, message)} />
      )}
      <KeepCopy messageId={facts.messageId} message={message} />
      <p class="aside">
        {t.reader.keptUntil(formatDate(facts.keptUntil))}{' '}
        {facts.canReply && `${t.reader.authorTold(name)} ${t.reader.replyNote}`}
        {facts.repliesRefused && `${t.reader.authorTold(name)} ${t.reader.noReply(name)}`}
      </p>
      <p class="no-print">
        <a href="/messages">{t.reader.allMessages}</a>
      </p>
    </>
  );
}

/** Somebody stands in To or Cc besides the reader. */
function hasOthers(facts: OpenedMessageJson, { index }: OpenedMessage): boolean {
  const { to, cc } = index.header;
  const addresses = `${to}, ${cc}`.match(/[^\s<>,]+@[^\s<>,]+/g) ?? [];
  return addresses.some((address) => address.toLowerCase() !== facts.recipientAddress.toLowerCase());
}

function Details({ facts, message }: ReleasedMessage) {
  const t = texts();
  const { to, cc } = message.index.header;
  const lines: readonly (readonly [string, string])[] = [
    [t.to, facts.recipientAddress],
    [t.reader.writtenTo, to],
    [t.cc, cc],
    [t.keptUntil, formatDate(facts.keptUntil)],
  ];
  return (
    <dl class="facts">
      {lines
        .filter(([, value]) => value !== '')
        .map(([term, value]) => (
          <>
            <dt>{term}</dt>
            <dd>{displayText(value, 2000)}</dd>
          </>
        ))}
    </dl>
  );
}

interface BodyTexts {
  readonly html: string | null;
  readonly text: string | null;
  readonly invitation: Invitation | null;
}

async function readBody(message: OpenedMessage): Promise<BodyTexts> {
  const { html, text, calendar } = message.index.body;
  const [htmlText, plain, calendarText] = await Promise.all([
    html === null ? null : message.text(html),
    html === null && text !== null ? message.text(text) : null,
    calendar === null ? null : message.text(calendar),
  ]);
  return {
    html: htmlText,
    text: plain,
    invitation: calendarText === null ? null : parseInvitation(calendarText),
  };
}

function Body({ message }: { readonly message: OpenedMessage }) {
  const t = texts().reader;
  const [body, setBody] = useState<BodyTexts | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const [plain, setPlain] = useState<string | null>(null);
  const [remoteRemoved, setRemoteRemoved] = useState(false);
  useEffect(() => {
    let wanted = true;
    setFailure(null);
    readBody(message).then(
      (read) => wanted && setBody(read),
      (error: unknown) => wanted && setFailure(error),
    );
    return () => {
      wanted = false;
    };
  }, [message, attempt]);

  if (failure !== null) return <ProblemBox text={explain(failure)} onRetry={() => setAttempt(attempt + 1)} />;
  const { html: htmlPath, text: textPath } = message.index.body;
  return (
    <>
      {body === null && <Skeleton label={t.opening} />}
      {message.index.raw && <p class="box">{t.raw}</p>}
      {body !== null && body.invitation !== null && <InvitationCard invitation={body.invitation} />}
      {plain === null && htmlPath !== null && (
        <MailFrame html={body?.html ?? null} message={message} onShown={setRemoteRemoved} />
      )}
      {plain !== null && <PlainText text={plain} />}
      {plain === null && htmlPath === null && body !== null && (
        <TextBody body={body} raw={message.index.raw} />
      )}
      {remoteRemoved && plain === null && <p class="hint">{t.remoteBlocked}</p>}
      {body !== null && htmlPath !== null && textPath !== null && (
        <p class="no-print">
          <Button
            kind="plain"
            onPress={() => {
              if (plain !== null) setPlain(null);
              else message.text(textPath).then(setPlain, setFailure);
            }}
          >
            {plain === null ? t.plainText : t.asSent}
          </Button>
        </p>
      )}
    </>
  );
}

function TextBody({ body, raw }: { readonly body: BodyTexts; readonly raw: boolean }) {
  if (body.text !== null) return <PlainText text={body.text} />;
  return body.invitation === null && !raw ? <p class="aside">{texts().reader.noText}</p> : null;
}
