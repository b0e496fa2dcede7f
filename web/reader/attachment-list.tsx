/** Attachments: fetched, opened and saved one by one, only when asked for; pictures, text and PDF can be viewed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { explain } from '../ui/explain.ts';
import { formatSize, texts } from '../ui/locale/locale.ts';
import { Button } from '../ui/parts/controls.tsx';
import { Dialog } from '../ui/parts/dialog.tsx';
import type { PartIndex } from './message-index.ts';
import type { OpenedMessage } from './opened-message.ts';
import { viewingOf, type Viewing } from './part-types.ts';
import { isHarmful, safeName } from './safe-name.ts';
import { saveBlob } from './save-blob.ts';
import { decodeText } from './transfer-decoding.ts';

const MAX_VIEWED_TEXT = 500_000;

type Work =
  | { readonly is: 'idle' }
  | { readonly is: 'fetching'; readonly percent: number }
  | { readonly is: 'failed'; readonly failure: unknown; readonly again: () => void }
  | { readonly is: 'saved' }
  | { readonly is: 'pdf-ready'; readonly url: string };

class Cancelled extends Error {}

async function collect(
  message: OpenedMessage,
  part: PartIndex,
  isWanted: () => boolean,
  onProgress: (percent: number) => void,
): Promise<BlobPart[]> {
  const pieces: BlobPart[] = [];
  let octets = 0;
  for await (const piece of message.read(part)) {
    if (!isWanted()) throw new Cancelled();
    pieces.push(piece);
    octets += piece.length;
    onProgress(part.decodedBytes === 0 ? 100 : Math.min(100, Math.floor((octets * 100) / part.decodedBytes)));
  }
  return pieces;
}

interface Viewed {
  readonly as: 'image' | 'text';
  readonly url: string;
  readonly text: string;
}

/** A window opened while the tap is fresh, or pop-up blockers forbid it; filled when the file is there. */
function openWaitingWindow(): Window | null {
  const opened = window.open('', '_blank');
  if (opened === null) return null;
  opened.opener = null;
  opened.document.title = texts().loading;
  opened.document.body.append(texts().loading);
  return opened;
}

function useFetching(message: OpenedMessage, part: PartIndex) {
  const [work, setWork] = useState<Work>({ is: 'idle' });
  const wanted = useRef(0);
  useEffect(
    () => () => {
      wanted.current = -1;
    },
    [],
  );

  async function perform(use: (pieces: BlobPart[]) => Work | Promise<Work>): Promise<void> {
    const ticket = wanted.current + 1;
    wanted.current = ticket;
    setWork({ is: 'fetching', percent: 0 });
    try {
      const isWanted = (): boolean => wanted.current === ticket;
      const pieces = await collect(message, part, isWanted, (percent) =>
        setWork({ is: 'fetching', percent }),
      );
      setWork(await use(pieces));
    } catch (failure) {
      if (failure instanceof Cancelled || wanted.current !== ticket) return;
      setWork({ is: 'failed', failure, again: () => void perform(use) });
    }
  }

  function cancel(): void {
    wanted.current += 1;
    setWork({ is: 'idle' });
  }
  return { work, perform, cancel };
}

export interface AttachmentProps {
  readonly message: OpenedMessage;
  readonly part: PartIndex;
  readonly number: number;
}

function Attachment({ message, part, number }: AttachmentProps) {
  const t = texts().reader;
  const name = safeName(part.name, part.mediaType, t.attachmentName(number));
  const viewing = viewingOf(part.mediaType, name.extension);
  const { work, perform, cancel } = useFetching(message, part);
  const [viewed, setViewed] = useState<Viewed | null>(null);
  const busy = work.is === 'fetching';

  function save(): void {
    void perform((pieces) => {
      saveBlob(pieces, name.full);
      return { is: 'saved' };
    });
  }

  function view(as: Viewing, type: string): void {
    const waiting = as === 'pdf' ? openWaitingWindow() : null;
    void perform(async (pieces) => {
      if (as === 'text') {
        const octets = new Uint8Array(await new Blob(pieces).arrayBuffer());
        setViewed({ as, url: '', text: decodeText(octets, part.charset).slice(0, MAX_VIEWED_TEXT) });
        return { is: 'idle' };
      }
      const url = URL.createObjectURL(new Blob(pieces, { type }));
      if (as === 'image') setViewed({ as, url, text: '' });
      else if (waiting === null || waiting.closed) return { is: 'pdf-ready', url };
      else waiting.location.replace(url);
      return { is: 'idle' };
    });
  }

  function closeView(): void {
    if (viewed !== null && viewed.url !== '') URL.revokeObjectURL(viewed.url);
    setViewed(null);
  }

  return (
    <li>
      <div class="file">
        <p class="file-name">
          <span>{name.base}</span>
          <strong>{name.extension}</strong>
          <span class="aside">{formatSize(part.decodedBytes)}</span>
        </p>
        <div class="row no-print">
          {viewing !== null && (
            <Button
              kind="second"
              small
              busy={busy}
              label={t.viewName(name.full)}
              onPress={() => view(viewing.as, viewing.type)}
            >
              {t.view}
            </Button>
          )}
          {busy ? (
            <Button kind="second" small onPress={cancel}>
              {texts().cancel}
            </Button>
          ) : (
            <Button kind="second" small label={t.saveName(name.full)} onPress={save}>
              {t.save}
            </Button>
          )}
        </div>
      </div>
      {isHarmful(name) && <p class="hint">{t.harmful}</p>}
      {work.is === 'fetching' && (
        <p>
          <progress max={100} value={work.percent} aria-label={t.fetchingName(name.full)} />
          <span class="hint">{t.fetching(work.percent)}</span>
        </p>
      )}
      <div role="status">
        {work.is === 'saved' && <p class="hint">{t.saved(name.full)}</p>}
        {work.is === 'pdf-ready' && (
          <p>
            <a class="button small" href={work.url} target="_blank" rel="noopener">
              {t.openPdf}
            </a>
          </p>
        )}
        {work.is === 'failed' && (
          <div class="box bad">
            <p>{explain(work.failure)}</p>
            <Button kind="second" small onPress={work.again}>
              {texts().tryAgain}
            </Button>
          </div>
        )}
      </div>
      {viewed !== null && (
        <Dialog title={name.full} wide onClose={closeView}>
          {viewed.as === 'image' ? (
            <img class="viewer-image" src={viewed.url} alt={t.viewerTitle(name.full)} />
          ) : (
            <pre class="viewer-text" tabIndex={0}>
              {viewed.text}
            </pre>
          )}
          <div class="row">
            <Button onPress={closeView}>{texts().close}</Button>
          </div>
        </Dialog>
      )}
    </li>
  );
}

export function AttachmentList({ message }: { readonly message: OpenedMessage }) {
  const parts = message.index.attachments
    .map((path) => message.part(path))
    .filter((part): part is PartIndex => part !== null);
  if (parts.length === 0) return null;
  return (
    <section class="card" aria-labelledby="attachments-title">
      <h2 id="attachments-title">{texts().reader.attachments(parts.length)}</h2>
      <ul class="attachments">
        {parts.map((part, position) => (
          <Attachment key={part.path} message={message} part={part} number={position + 1} />
        ))}
      </ul>
    </section>
  );
}
