/**
 * The mail's HTML for paper. Browsers print a frame as one picture that is cut at the ends of pages, in the middle of lines;
 * so the page itself prints a copy of what the frame shows. It is built element by element from the cleaned mail: words,
 * tables, lists and pictures, without styles, links, names or anything else that the mail could bring along.
 */

const KEPT =
  'b big blockquote br caption center code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins li ol p pre q s ' +
  'samp small strike strong sub sup table tbody td tfoot th thead tr u ul';
const KEPT_TAGS: ReadonlySet<string> = new Set(KEPT.split(' '));
const COUNTS = ['colspan', 'rowspan', 'start'] as const;
const PICTURE = /^(?:blob:|data:image\/(?:png|jpe?g|gif|webp|bmp)[;,])/i;
const ELEMENT = 1;
const TEXT = 3;

/** Fills `place` with what `frame` shows. */
export function copyForPaper(frame: HTMLIFrameElement, place: HTMLElement): void {
  place.textContent = '';
  const body = frame.contentDocument?.body;
  if (body != null) copyChildren(body, place);
}

function copyChildren(from: Element, to: HTMLElement): void {
  for (const node of from.childNodes) {
    if (node.nodeType === TEXT) to.append(node.nodeValue ?? '');
    else if (node.nodeType === ELEMENT) copyElement(node as Element, to);
  }
}

function copyElement(element: Element, to: HTMLElement): void {
  const tag = element.localName;
  const look = element.ownerDocument.defaultView?.getComputedStyle(element);
  // What the screen does not show, such as the preview line of newsletters, is not for paper either.
  if (tag === 'style' || look?.display === 'none' || look?.visibility === 'hidden') return;
  if (tag === 'img') {
    copyPicture(element as HTMLImageElement, to);
    return;
  }
  if (!KEPT_TAGS.has(tag)) {
    const isBlock = look !== undefined && look.display !== 'inline' && look.display !== 'contents';
    const holder = document.createElement(isBlock ? 'div' : 'span');
    copyChildren(element, holder);
    to.append(holder);
    return;
  }
  const copy = document.createElement(tag);
  for (const name of COUNTS) {
    const value = element.getAttribute(name);
    if (value !== null && /^\d{1,4}$/.test(value)) copy.setAttribute(name, value);
  }
  copyChildren(element, copy);
  to.append(copy);
}

function copyPicture(image: HTMLImageElement, to: HTMLElement): void {
  const source = image.getAttribute('src') ?? '';
  if (!PICTURE.test(source)) {
    to.append(image.alt);
    return;
  }
  const copy = document.createElement('img');
  copy.alt = image.alt;
  if (image.width > 0) copy.width = image.width;
  copy.src = source;
  to.append(copy);
}
