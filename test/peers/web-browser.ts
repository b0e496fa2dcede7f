/**
 * What a test asks of a browser that Playwright doesn't drive: Firefox and WebKitGTK from Debian, each by its own
 * protocol. Controls are found by XPath over what people see: names of buttons, labels of fields.
 */
import { eventually } from '#test/support/eventually.ts';

export interface WebBrowser {
  readonly name: string;
  /** As the browser calls itself. */
  readonly version: string;
  /** Where what is saved goes. */
  readonly downloads: string;
  goto(url: string): Promise<void>;
  /** Runs a function body in the page; its result as JSON has it. */
  run(body: string): Promise<unknown>;
  /** Scrolls to the first element that fits and clicks its middle; throws where there is none. */
  click(xpath: string): Promise<void>;
  /** Clicks and types. */
  type(xpath: string, text: string): Promise<void>;
  close(): Promise<void>;
}

/** One attempt to find something may take long where the machine is busy. */
const PATIENCE_MS = 60_000;

export const buttonCalled = (name: string): string =>
  `//button[normalize-space()="${name}" or @aria-label="${name}"]`;
export const fieldCalled = (label: string): string =>
  `//*[@id=//label[contains(normalize-space(),"${label}")]/@for]`;

const elementAt = (xpath: string): string =>
  `document.evaluate(${JSON.stringify(xpath)}, document, null, 9, null).singleNodeValue`;
/** Function bodies for `run`. */
export const scrollToScript = (xpath: string): string =>
  `${elementAt(xpath)}.scrollIntoView({ block: 'center' })`;
const isShownScript = (xpath: string): string =>
  `const found = ${elementAt(xpath)}; return found !== null && found.getClientRects().length > 0;`;

export async function untilShown(browser: WebBrowser, xpath: string): Promise<void> {
  const shown = async () => (await browser.run(isShownScript(xpath))) === true;
  await eventually(`${browser.name} shows ${xpath}`, shown, PATIENCE_MS);
}

/** Waits until the page, or the frame of the mail in it, says this. */
export async function untilSays(browser: WebBrowser, words: string): Promise<void> {
  const says = `
    const frame = document.querySelector('iframe.mail-frame');
    const inside = frame?.contentDocument?.body?.innerText ?? '';
    return (document.body.innerText + inside).includes(${JSON.stringify(words)});`;
  await eventually(
    `${browser.name} says "${words}"`,
    async () => (await browser.run(says)) === true,
    PATIENCE_MS,
  );
}

export async function press(browser: WebBrowser, name: string): Promise<void> {
  await untilShown(browser, buttonCalled(name));
  await browser.click(buttonCalled(name));
}

export async function fill(browser: WebBrowser, label: string, text: string): Promise<void> {
  await untilShown(browser, fieldCalled(label));
  await browser.type(fieldCalled(label), text);
}
