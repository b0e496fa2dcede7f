/** The frame that shows a mail's HTML: as high as its content, links opened by the page around. */
import { useEffect, useRef } from 'preact/hooks';
import { texts } from '../ui/locale/locale.ts';
import type { OpenedMessage } from './opened-message.ts';
import { imageTypeOf } from './part-types.ts';
import type { copyForPaper as CopyForPaper } from './print-copy.ts';
import { writeIntoFrame, type FrameContent } from './sanitize.ts';

/** A mail whose height follows its frame's height would grow for ever. */
const MAX_RESIZES = 300;
const MAX_HEIGHT_PX = 60_000;
/** Of a mail with more, the pictures may be missing on paper. */
const MAX_PICTURES_AHEAD = 100;

export interface MailFrameProps {
  /** Null until it is there: the empty frame is fetched meanwhile. */
  readonly html: string | null;
  readonly message: OpenedMessage;
  readonly onShown: (remoteRemoved: boolean) => void;
}

/** Keeps the frame as high as its document; gives the function that stops. */
function followHeight(frame: HTMLIFrameElement, body: HTMLElement): () => void {
  let resizes = 0;
  const fit = (): void => {
    const root = body.ownerDocument.documentElement;
    const scrollbar = root.scrollWidth > root.clientWidth ? 18 : 0;
    const wanted = Math.min(MAX_HEIGHT_PX, Math.ceil(body.getBoundingClientRect().height) + scrollbar);
    if (resizes >= MAX_RESIZES || Math.abs(frame.offsetHeight - wanted) < 2) return;
    resizes++;
    frame.style.height = `${wanted}px`;
  };
  const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(fit);
  observer?.observe(body);
  window.addEventListener('resize', fit);
  fit();
  return () => {
    observer?.disconnect();
    window.removeEventListener('resize', fit);
  };
}

/** Opens web links from here: a window opened by the frame itself would inherit the frame's ban on scripts. */
function openLinksHere(event: MouseEvent): void {
  const element = event.target as Element | null;
  const link = element !== null && 'closest' in element ? element.closest('a[href], area[href]') : null;
  const address = link?.getAttribute('href') ?? '';
  if (!/^https?:/i.test(address)) return;
  event.preventDefault();
  window.open(address, '_blank', 'noopener,noreferrer');
}

/**
 * A frame is a stop of the Tab key, but browsers match neither `:focus` nor `:focus-visible` on it while the focus is
 * inside. Marked when the focus came by keyboard.
 */
function showKeyboardFocus(frame: HTMLIFrameElement, target: Document): void {
  let pointed = false;
  target.addEventListener('pointerdown', () => {
    pointed = true;
    delete frame.dataset['focused'];
  });
  target.defaultView?.addEventListener('focus', () => {
    if (!pointed) frame.dataset['focused'] = '';
    pointed = false;
  });
  target.defaultView?.addEventListener('blur', () => {
    pointed = false;
    delete frame.dataset['focused'];
  });
}

async function fillImages(
  content: FrameContent,
  message: OpenedMessage,
  urls: string[],
  isShown: () => boolean,
) {
  for (const { contentId, image } of content.inlineImages) {
    const part = message.partByContentId(contentId);
    const type = part === null ? null : imageTypeOf(part.mediaType);
    if (part === null || type === null) continue;
    try {
      const pieces: BlobPart[] = [];
      for await (const piece of message.read(part)) pieces.push(piece);
      if (!isShown()) return;
      const known = URL.createObjectURL(new Blob(pieces, { type }));
      urls.push(known);
      image.src = known;
    } catch {
      // The picture stays away, its alternative text stands; the text is not held up by it.
    }
  }
}

export function MailFrame({ html, message, onShown }: MailFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const paper = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = frame.current;
    const place = paper.current;
    if (element === null || place === null || html === null) return undefined;
    let copyForPaper: typeof CopyForPaper | null = null;
    const copy = (): void => {
      if (place.firstChild === null) copyForPaper?.(element, place);
    };
    window.addEventListener('beforeprint', copy);
    const urls: string[] = [];
    let shown = true;
    let stopFollowing = (): void => {};
    const write = (): void => {
      const target = element.contentDocument;
      if (target === null || target.URL === 'about:blank') return;
      const content = writeIntoFrame(element, html);
      target.addEventListener('click', openLinksHere);
      showKeyboardFocus(element, target);
      stopFollowing();
      stopFollowing = followHeight(element, target.body);
      onShown(content.remoteRemoved);
      place.textContent = '';
      const pictures = content.inlineImages.length + target.querySelectorAll('img[src]').length;
      const preparePaper = async (): Promise<void> => {
        await fillImages(content, message, urls, () => shown);
        ({ copyForPaper } = await import('./print-copy.ts'));
        // To begin with pictures when the browser prints is too late.
        if (shown && pictures > 0 && pictures <= MAX_PICTURES_AHEAD) copyForPaper(element, place);
      };
      // Without the code the frame itself is printed.
      preparePaper().catch(() => {});
    };
    element.addEventListener('load', write);
    if (element.contentDocument?.readyState === 'complete') write();
    return () => {
      shown = false;
      stopFollowing();
      window.removeEventListener('beforeprint', copy);
      place.textContent = '';
      element.removeEventListener('load', write);
      element.contentDocument?.body.replaceChildren?.();
      for (const url of urls) URL.revokeObjectURL(url);
    };
  }, [html, message]);
  return (
    <>
      <div ref={paper} class="print-only on-paper" dir="auto" />
      <iframe
        ref={frame}
        class={html === null ? 'mail-frame waiting' : 'mail-frame'}
        src="/frame"
        title={texts().reader.frameTitle}
      />
    </>
  );
}
