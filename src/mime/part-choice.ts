/**
 * Sorts the parts of a message (RFC 2046 section 5.1, RFC 2387): the body, the images and signatures that belong to
 * it, and everything else, which is offered as an attachment. Nothing that a person may need is dropped.
 */
import { DERIVED_SEPARATOR } from './part-body.ts';
import type { ScannedContainer, ScannedPart } from './scan-result.ts';

/** Paths of the parts that make the body. */
export interface BodyPaths {
  readonly html: string | null;
  readonly text: string | null;
  readonly calendar: string | null;
}

export const NO_BODY: BodyPaths = { html: null, text: null, calendar: null };

type Node = { readonly part: ScannedPart } | { readonly container: ScannedContainer };

const SIGNATURE_TYPES = new Set([
  'application/pgp-signature',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
]);

/** Walks the tree once and sorts every part: body, attachment, or neither (images and signatures of the body). */
export class PartChoice {
  readonly body: BodyPaths;
  readonly attachments: string[];
  /** Body texts that go on in later parts: text, photo, text, as phones write it. */
  readonly joinedTexts = new Map<ScannedPart, NonNullable<ScannedPart['text']>>();
  readonly #children = new Map<string, Node[]>();
  readonly #attached = new Set<ScannedPart>();

  constructor(parts: readonly ScannedPart[], containers: readonly ScannedContainer[]) {
    for (const container of containers) if (container.path !== '') this.#file(container.path, { container });
    for (const part of parts) this.#file(part.path, { part });
    const root = containers.find(({ path }) => path === '');
    const [only] = parts;
    if (root !== undefined) this.body = this.#inContainer(root);
    else this.body = only === undefined ? NO_BODY : this.#inPart(only, null);
    this.attachments = parts.filter((part) => this.#attached.has(part)).map(({ path }) => path);
    this.#attachImagesWithoutHtml(parts);
  }

  #file(path: string, node: Node): void {
    const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
    const siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, [node]);
    else siblings.push(node);
  }

  #childrenOf(container: ScannedContainer): readonly Node[] {
    const position = (node: Node): number =>
      lastNumber('part' in node ? node.part.path : node.container.path);
    return (this.#children.get(container.path) ?? []).toSorted((a, b) => position(a) - position(b));
  }

  #inNode(node: Node, parent: ScannedContainer): BodyPaths {
    return 'part' in node ? this.#inPart(node.part, parent) : this.#inContainer(node.container);
  }

  #inContainer(container: ScannedContainer): BodyPaths {
    const nodes = this.#childrenOf(container);
    if (container.mediaType === 'multipart/alternative') return this.#inAlternative(container, nodes);
    // In all others the first part that can be a body is it. A text that can't be joined to it is an attachment.
    let body = NO_BODY;
    let first: ScannedPart | null = null;
    for (const node of nodes) {
      if (isEmpty(body)) {
        body = this.#inNode(node, container);
        if (!isEmpty(body) && 'part' in node) first = node.part;
      } else if (first === null || !('part' in node) || !this.#join(first, node.part))
        this.#attachAll(node, container);
    }
    return body;
  }

  /** The ranges must follow each other in the derived stream, so that one range holds both texts. */
  #join(first: ScannedPart, next: ScannedPart): boolean {
    const isSameKind = next.mediaType === first.mediaType && next.mediaType !== 'text/calendar';
    if (!isSameKind || next.name !== null || next.disposition === 'attachment') return false;
    const text = this.joinedTexts.get(first) ?? first.text;
    if (text === null || next.text === null || next.text.start !== text.end + DERIVED_SEPARATOR.length)
      return false;
    this.joinedTexts.set(first, { start: text.start, end: next.text.end });
    return true;
  }

  /** The last of each kind is the best of its kind (RFC 2046 section 5.1.4). */
  #inAlternative(container: ScannedContainer, nodes: readonly Node[]): BodyPaths {
    let body = NO_BODY;
    for (const node of nodes) {
      const found = this.#inNode(node, container);
      body = {
        html: found.html ?? body.html,
        text: found.text ?? body.text,
        calendar: found.calendar ?? body.calendar,
      };
    }
    return body;
  }

  #inPart(part: ScannedPart, parent: ScannedContainer | null): BodyPaths {
    if (part.disposition !== 'attachment') {
      if (part.mediaType === 'text/html') return { ...NO_BODY, html: part.path };
      if (part.mediaType === 'text/plain') return { ...NO_BODY, text: part.path };
      if (part.mediaType === 'text/calendar') return { ...NO_BODY, calendar: part.path };
    }
    if (!belongsToBody(part, parent)) this.#attached.add(part);
    return NO_BODY;
  }

  /** A further text: of alternatives the last one is enough. */
  #attachAll(node: Node, parent: ScannedContainer): void {
    if ('part' in node) {
      if (isOwnText(node.part) || !belongsToBody(node.part, parent)) this.#attached.add(node.part);
      return;
    }
    const { container } = node;
    const children = this.#childrenOf(container);
    const isAlternative = container.mediaType === 'multipart/alternative';
    const best = isAlternative
      ? children.findLast((child) => 'container' in child || isOwnText(child.part))
      : null;
    for (const child of children) {
      const isLesser = isAlternative && child !== best && 'part' in child && isOwnText(child.part);
      if (!isLesser) this.#attachAll(child, container);
    }
  }

  /** Without an HTML body nothing shows an image that was left to it. */
  #attachImagesWithoutHtml(parts: readonly ScannedPart[]): void {
    if (this.body.html !== null) return;
    const images = parts.filter((part) => isInlineImage(part) && !this.#attached.has(part));
    this.attachments.push(...images.map(({ path }) => path));
  }
}

function lastNumber(path: string): number {
  return Number(path.slice(path.lastIndexOf('.') + 1));
}

function isEmpty(body: BodyPaths): boolean {
  return body.html === null && body.text === null && body.calendar === null;
}

function isInlineImage(part: ScannedPart): boolean {
  return part.mediaType.startsWith('image/') && part.contentId !== null && part.disposition !== 'attachment';
}

/** Shown with the body or of no use to a reader: images by Content-ID, signatures, lesser alternatives. */
function belongsToBody(part: ScannedPart, parent: ScannedContainer | null): boolean {
  if (parent === null) return false;
  if (isInlineImage(part) && (parent.mediaType === 'multipart/related' || part.disposition === 'inline'))
    return true;
  if (parent.mediaType === 'multipart/signed') return SIGNATURE_TYPES.has(part.mediaType);
  if (parent.mediaType === 'multipart/appledouble') return part.mediaType === 'application/applefile';
  return parent.mediaType === 'multipart/alternative' && isOwnText(part);
}

function isOwnText(part: ScannedPart): boolean {
  return part.mediaType.startsWith('text/') && part.disposition !== 'attachment';
}
