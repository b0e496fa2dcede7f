/**
 * Makes a mail's HTML harmless and puts it into the reader's frame. DOMPurify parses and cleans inside the frame's own
 * realm (no script, no network by its policy) and hands over nodes, so no HTML text is ever parsed twice and the page
 * around needs no exception from Trusted Types. Remote content is taken out, not only blocked.
 */
import createDOMPurify, { type Config } from 'dompurify';
import { isTooHeavy, textOfHtml } from './html-weight.ts';
import { neutralCss } from './neutral-css.ts';
import { displayText } from './safe-name.ts';

const ALLOWED_ATTRIBUTES =
  'href src alt title style class id name dir lang role type media width height align valign bgcolor color face size ' +
  'border hspace vspace cellpadding cellspacing colspan rowspan nowrap scope headers abbr span rules start value ' +
  'reversed noshade clear compact datetime open usemap shape coords';
/** What mails look like; nothing that loads, submits, embeds or scripts. The text inside other tags is kept. */
const ALLOWED_TAGS =
  '#text html head body style a abbr acronym address area article aside b bdi bdo big blockquote br caption center ' +
  'cite code col colgroup data dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 ' +
  'header hgroup hr i img ins kbd label legend li main map mark menu nav nobr ol p pre q rp rt ruby s samp section ' +
  'small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr';

const CONFIG: Config & { RETURN_DOM: true } = {
  ALLOWED_ATTR: ALLOWED_ATTRIBUTES.split(' '),
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: true,
  ALLOWED_TAGS: ALLOWED_TAGS.split(' '),
  // Besides web, mail and phone links only references inside the message pass; `src` is judged again below.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|tel|cid):|#|data:image\/(?:png|jpe?g|gif|webp|bmp)[;,])/i,
  ALLOW_UNKNOWN_PROTOCOLS: false,
  SANITIZE_DOM: true,
  WHOLE_DOCUMENT: true,
  RETURN_DOM: true,
};

const SHOWN_DATA_IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|bmp)[;,]/i;

/** What the mail refers to. */
export interface FrameContent {
  /** Images to fill in, by Content-ID without angle brackets. */
  readonly inlineImages: readonly { readonly contentId: string; readonly image: HTMLImageElement }[];
  /** Whether something from another website was left out. */
  readonly remoteRemoved: boolean;
}

const BASE_STYLE = `
  html { color-scheme: light; overflow: auto; }
  body { margin: 0; padding: 12px; background: #fff; color: #15212b; overflow-wrap: break-word;
    font: 18px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; }
  @media (max-width: 30em) { body { padding: 6px; } }
  body > :first-child { margin-top: 0; }
  a { color: #0a5a76; }`;
const OVERRIDES = `
  html, body { height: auto !important; min-height: 0 !important; max-height: none !important; }
  body { margin: 0 !important; }
  img { max-width: 100% !important; height: auto !important; }
  table, div, p, section, center { max-width: 100% !important; box-sizing: border-box; }
  pre { white-space: pre-wrap !important; overflow-wrap: anywhere; }`;

/** Writes the cleaned mail into an empty frame document of our own `/frame` route; of what is too heavy, its text. */
export function writeIntoFrame(frame: HTMLIFrameElement, html: string): FrameContent {
  const frameWindow = frame.contentWindow as (Window & typeof globalThis) | null;
  const target = frame.contentDocument;
  if (frameWindow === null || target === null) throw new Error('the frame has no document');
  if (isTooHeavy(html)) {
    target.body.textContent = textOfHtml(html);
    return { inlineImages: [], remoteRemoved: false };
  }
  const cleaned = createDOMPurify(frameWindow).sanitize(html, CONFIG) as HTMLElement;
  const content = adjust(cleaned, target);
  target.head.textContent = '';
  target.body.textContent = '';
  target.head.append(styleElement(target, BASE_STYLE));
  for (const style of cleaned.querySelectorAll('style')) target.head.append(target.adoptNode(style));
  target.head.append(styleElement(target, OVERRIDES));
  const body = cleaned.querySelector('body') ?? cleaned;
  for (const { name, value } of body.attributes) target.body.setAttribute(name, value);
  while (body.firstChild !== null) target.body.append(target.adoptNode(body.firstChild));
  return content;
}

function styleElement(target: Document, css: string): HTMLStyleElement {
  const style = target.createElement('style');
  style.textContent = css;
  return style;
}

function adjust(root: HTMLElement, target: Document): FrameContent {
  const inlineImages: { contentId: string; image: HTMLImageElement }[] = [];
  let remoteRemoved = false;
  for (const element of [root, ...root.querySelectorAll<HTMLElement>('*')]) {
    const style = element.getAttribute('style');
    if (style !== null) {
      const neutral = neutralCss(style);
      remoteRemoved ||= /https?:/i.test(style) && !/https?:/i.test(neutral);
      element.setAttribute('style', neutral);
    }
    const name = element.localName;
    if (name === 'style') {
      const css = element.textContent ?? '';
      remoteRemoved ||= /url\(\s*['"]?https?:/i.test(css);
      element.textContent = neutralCss(css);
    } else if (name === 'a' || name === 'area') adjustLink(element, target);
    else element.removeAttribute('href');
    const source = element.getAttribute('src');
    if (source === null) continue;
    if (name === 'img' && SHOWN_DATA_IMAGE.test(source)) continue;
    element.removeAttribute('src');
    if (name === 'img' && /^cid:/i.test(source)) {
      inlineImages.push({ contentId: contentIdOf(source), image: element as HTMLImageElement });
    } else remoteRemoved = true;
  }
  return { inlineImages, remoteRemoved };
}

function contentIdOf(source: string): string {
  const id = source.slice(4);
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Links open apart and say where they really lead, in a place that the mail's own styles can't hide. */
function adjustLink(link: HTMLElement, target: Document): void {
  const address = link.getAttribute('href');
  if (address === null) return;
  if (address.startsWith('#')) return;
  link.setAttribute('target', '_blank');
  link.setAttribute('rel', 'noopener noreferrer');
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    link.removeAttribute('href');
    return;
  }
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  if (!web && url.protocol !== 'mailto:' && url.protocol !== 'tel:') {
    link.removeAttribute('href');
    return;
  }
  link.setAttribute('title', displayText(web ? url.href : decodeURIComponentSafely(address), 200));
  if (!web || link.localName === 'area') return;
  const host = url.host;
  const shown = (link.textContent ?? '').toLowerCase();
  if (shown.includes(host.toLowerCase().replace(/^www\./, ''))) return;
  const note = target.createElement('span');
  note.textContent = ` (${host})`;
  note.setAttribute(
    'style',
    'display:inline!important;visibility:visible!important;opacity:1!important;color:#46545f!important;' +
      'background:#fff!important;font-size:14px!important;text-indent:0!important;position:static!important',
  );
  link.append(note);
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
