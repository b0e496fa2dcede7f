/** What the test of hostile HTML runs inside a real page; never part of the site. */
import { writeIntoFrame } from './sanitize.ts';

/** What a frame holds that it must not. */
export interface Finding {
  readonly vector: string;
  readonly what: string;
}

const FORBIDDEN_NAMES =
  /^(script|iframe|frame|object|embed|link|meta|base|form|input|button|svg|math|template|video|audio|portal)$/;

async function openFrame(): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe');
  frame.src = '/frame';
  await new Promise((resolve) => {
    frame.addEventListener('load', resolve, { once: true });
    document.body.append(frame);
  });
  return frame;
}

function examine(element: Element): string[] {
  const found: string[] = [];
  const name = element.localName;
  if (FORBIDDEN_NAMES.test(name)) found.push(`<${name}>`);
  for (const attribute of element.attributes) {
    if (/^on|^ping$|srcset|^formaction$|^background$|^xlink/i.test(attribute.name))
      found.push(attribute.name);
    if (/^\s*(javascript|vbscript|data:text|blob):/i.test(attribute.value)) found.push(attribute.value);
  }
  const source = element.getAttribute('src');
  if (source !== null && !/^data:image\/(png|jpe?g|gif|webp|bmp)/i.test(source)) found.push(source);
  const css = `${element.getAttribute('style') ?? ''}${name === 'style' ? (element.textContent ?? '') : ''}`;
  // A custom property that holds a mere string fetches nothing, and `url()` and `src()` take no variable.
  if (css.replace(/--[\w-]+\s*:\s*"[^"]*"/g, '').includes('leak.test')) found.push('style');
  return found;
}

async function tryVector(vector: string): Promise<Finding[]> {
  const frame = await openFrame();
  try {
    writeIntoFrame(frame, vector);
  } catch (error) {
    return [{ vector, what: `threw ${String(error)}` }];
  }
  const elements = [...(frame.contentDocument?.querySelectorAll('*') ?? [])];
  return elements.flatMap(examine).map((what) => ({ vector, what }));
}

/** Writes each into a frame of its own through the sanitiser and looks at what came of it. */
export async function writeSanitized(vectors: readonly string[]): Promise<Finding[]> {
  const found = await Promise.all(vectors.map(tryVector));
  await new Promise((resolve) => setTimeout(resolve, 500));
  return found.flat();
}

/** Writes each as it is into a frame of the `/frame` route: its policy alone holds them. */
export async function writeUnsanitized(vectors: readonly string[]): Promise<void> {
  const write = async (html: string): Promise<void> => {
    const { contentDocument } = await openFrame();
    if (contentDocument !== null) contentDocument.body.innerHTML = html;
  };
  await Promise.all(vectors.map(write));
  await new Promise((resolve) => setTimeout(resolve, 1000));
}

/** Lets each run freely: shows that the vectors are live. */
export async function letLoose(vectors: readonly string[]): Promise<void> {
  for (const html of vectors) {
    const frame = document.createElement('iframe');
    frame.srcdoc = `<script>window.__hit=()=>parent.__hit()</script>${html}`;
    document.body.append(frame);
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
}

/** An ordinary mail, and what the frame shows of it. */
export async function showOrdinaryMail(html: string): Promise<Record<string, unknown>> {
  const frame = await openFrame();
  const content = writeIntoFrame(frame, html);
  const inside = frame.contentDocument;
  const get = (id: string): Element | null => inside?.getElementById(id) ?? null;
  const attribute = (id: string, name: string): string | null => get(id)?.getAttribute(name) ?? null;
  const paragraph = get('p');
  const style = paragraph === null ? null : frame.contentWindow?.getComputedStyle(paragraph);
  return {
    colour: style?.color,
    margin: style?.marginLeft,
    ground: inside?.body.getAttribute('bgcolor'),
    a: [get('a')?.textContent, attribute('a', 'target'), attribute('a', 'rel'), attribute('a', 'title')],
    b: get('b')?.textContent,
    c: attribute('c', 'href'),
    d: [attribute('d', 'href'), attribute('d', 'target')],
    e: attribute('e', 'href'),
    images: content.inlineImages.map(({ contentId }) => contentId),
    remote: content.remoteRemoved,
    remoteSource: attribute('r', 'src'),
  };
}
