/**
 * Blocks as HTML for mail programs: one column in tables (Outlook on Windows lays out with Word), every style
 * inline, explicit colours, no image, nothing loaded from anywhere. Characters beyond ASCII and `=` are written as
 * numeric references: the part is 7bit as it stands, and no value can form the boundary of its multipart.
 */
import type { Block, Section } from './block.ts';
import { dark, light, type Palette } from './palette.ts';

const FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
const BODY_TEXT = `${FONT}font-size:16px;line-height:24px;color:${light.text};`;
const SMALL_TEXT = `${FONT}font-size:14px;line-height:20px;`;
const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0"';
const BREAK_AT_CHARACTERS = 200;
// Characters or references to them, at most 60 of up to ten letters each, when more follow.
const WORD_PIECE = /(?:&[^;]{1,10};|[^&]){60}(?=[^])/gu;

/** A whole document with CRLF line ends, printable ASCII, lines far below 998 octets. */
export function renderHtml(documentTitle: string, sections: readonly Section[]): string {
  const first = sections[0];
  const cells = sections.map((section, index) => renderSection(section, index > 0));
  return `${openDocument(documentTitle, first?.locale ?? 'en')}${cells.join('')}${CLOSE_DOCUMENT}`;
}

function renderSection(section: Section, ruled: boolean): string {
  const rule = ruled ? `border-top:1px solid ${light.border};` : '';
  return (
    `<tr><td class="line" lang="${section.locale}" align="left" style="padding:28px 24px 12px;${rule}` +
    `word-wrap:break-word;word-break:break-word;">\r\n${section.blocks.map(renderBlock).join('')}</td></tr>\r\n`
  );
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'title':
      return (
        `<h1 class="text" style="margin:0 0 16px;${FONT}font-size:22px;line-height:28px;font-weight:600;` +
        `color:${light.text};">\r\n${escapeText(block.text)}</h1>\r\n`
      );
    case 'heading':
      return (
        `<h2 class="text" style="margin:24px 0 8px;${FONT}font-size:17px;line-height:24px;font-weight:600;` +
        `color:${light.text};">\r\n${escapeText(block.text)}</h2>\r\n`
      );
    case 'paragraph':
      return `<p class="text" style="margin:0 0 16px;${BODY_TEXT}">\r\n${escapeText(block.text)}</p>\r\n`;
    case 'note':
      return (
        `<p class="muted" style="margin:0 0 16px;${SMALL_TEXT}color:${light.muted};">\r\n` +
        `${escapeText(block.text)}</p>\r\n`
      );
    case 'action':
      return renderAction(block.label, block.url, block.weight);
    case 'link':
      return `<p class="text" style="margin:0 0 16px;${BODY_TEXT}">\r\n${escapeText(block.lead)}<br>\r\n${renderLink(block.url)}</p>\r\n`;
    case 'facts':
      return renderFacts(block.rows);
    case 'list':
      return renderList(block.items);
    case 'digits':
      return (
        `<p class="text" style="margin:0 0 16px;font-family:Consolas,Menlo,'Courier New',monospace;font-size:34px;` +
        `line-height:44px;font-weight:700;letter-spacing:6px;color:${light.text};">\r\n` +
        `${escapeText(block.text)}</p>\r\n`
      );
  }
}

// Word ignores the padding of an inline link and takes mso-padding-alt of the cell; everybody else does the reverse.
function renderAction(label: string, url: string, weight: 'first' | 'second'): string {
  const filled = weight === 'first';
  const background = filled ? light.button : light.card;
  const colour = filled ? light.onButton : light.link;
  const style = filled ? 'button' : 'quiet';
  return (
    `<table ${TABLE} style="margin:0 0 8px;"><tr>\r\n` +
    `<td class="${style}" align="center" bgcolor="${background}" style="background-color:${background};` +
    `border:2px solid ${light.button};border-radius:8px;mso-padding-alt:12px 24px;">\r\n` +
    `<a class="${style}-text" href="${escapeAttribute(url)}" target="_blank"\r\n` +
    `style="display:inline-block;padding:10px 24px;${FONT}font-size:17px;line-height:24px;font-weight:600;` +
    `color:${colour};text-decoration:none;">\r\n${escapeText(label)}</a></td></tr></table>\r\n` +
    `<p class="muted" style="margin:0 0 20px;${SMALL_TEXT}color:${light.muted};">\r\n${renderLink(url)}</p>\r\n`
  );
}

function renderLink(url: string): string {
  return (
    `<a class="link" href="${escapeAttribute(url)}" target="_blank"\r\n` +
    `style="color:${light.link};text-decoration:underline;word-break:break-word;overflow-wrap:anywhere;">\r\n${breakableUrl(url)}</a>`
  );
}

// A long address breaks behind a slash before it breaks inside a word.
function breakableUrl(url: string): string {
  return escapeText(url).replaceAll(/(?<=[^/]\/)(?=[^/])/gu, '<wbr>');
}

function renderFacts(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(
    ([label, value], index) =>
      `<p class="text" style="margin:${index === 0 ? 0 : 8}px 0 0;${BODY_TEXT}">` +
      `<span class="muted" style="${SMALL_TEXT}color:${light.muted};">\r\n${escapeText(label)}:</span><br>\r\n` +
      `${escapeText(value)}</p>\r\n`,
  );
  return (
    `<table ${TABLE} width="100%" style="margin:0 0 16px;"><tr>\r\n` +
    `<td class="panel" bgcolor="${light.panel}" style="padding:14px 16px;background-color:${light.panel};` +
    `border-radius:8px;word-break:break-word;">\r\n${lines.join('')}</td></tr></table>\r\n`
  );
}

function renderList(items: readonly string[]): string {
  const lines = items.map(
    (item) => `<li class="text" style="margin:0 0 4px;${BODY_TEXT}">\r\n${escapeText(item)}</li>\r\n`,
  );
  return `<ul style="margin:0 0 16px;padding:0 0 0 22px;">\r\n${lines.join('')}</ul>\r\n`;
}

/** Text between tags. Long text is broken at spaces, and a word too long for a line inside a tag: both are unseen. */
export function escapeText(text: string): string {
  const escaped = escapeCharacters(text);
  if (escaped.length <= BREAK_AT_CHARACTERS) return escaped;
  let broken = '';
  let column = 0;
  for (const word of escaped.split(' ')) {
    if (broken !== '') {
      const breaks = column + word.length > BREAK_AT_CHARACTERS;
      broken += breaks ? '\r\n' : ' ';
      column = breaks ? 0 : column + 1;
    }
    broken += word.length > BREAK_AT_CHARACTERS ? word.replaceAll(WORD_PIECE, '$&<wbr\r\n>') : word;
    column += word.length;
  }
  return broken;
}

/** An address inside double quotes; spaces can't be broken there and are percent-encoded. */
export function escapeAttribute(text: string): string {
  return escapeCharacters(text).replaceAll(' ', '%20');
}

function escapeCharacters(text: string): string {
  return text.replaceAll(/[&<>"'=]|[^\x20-\x7e]/gu, (character) => NAMED[character] ?? numeric(character));
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function numeric(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

function openDocument(documentTitle: string, locale: string): string {
  return (
    `<!DOCTYPE html>\r\n<html lang="${locale}" dir="ltr">\r\n<head>\r\n` +
    `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\r\n` +
    `<meta name="color-scheme" content="light dark">\r\n<meta name="supported-color-schemes" content="light dark">\r\n` +
    `<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">\r\n` +
    `<meta name="x-apple-disable-message-reformatting">\r\n` +
    `<title>\r\n${escapeText(documentTitle)}</title>\r\n${STYLE}</head>\r\n` +
    `<body class="page" style="margin:0;padding:0;background-color:${light.page};">\r\n` +
    `<table ${TABLE} class="page" width="100%" bgcolor="${light.page}" style="background-color:${light.page};">\r\n` +
    `<tr><td align="center" style="padding:16px 8px;">\r\n` +
    `<!--[if mso]><table ${TABLE} width="600"><tr><td><![endif]-->\r\n` +
    `<table ${TABLE} class="card" width="100%" bgcolor="${light.card}" style="max-width:600px;` +
    `background-color:${light.card};border:1px solid ${light.border};border-radius:12px;` +
    `border-collapse:separate;">\r\n`
  );
}

const CLOSE_DOCUMENT =
  '</table>\r\n<!--[if mso]></td></tr></table><![endif]-->\r\n</td></tr></table>\r\n</body>\r\n</html>\r\n';

/** Dark colours, once for the media query and once for Outlook's apps, which mark what they changed. */
function darkRules(prefix: string, colours: Palette): string {
  return [
    `${prefix}.page{background-color:${colours.page}!important}`,
    `${prefix}.card{background-color:${colours.card}!important;border-color:${colours.border}!important}`,
    `${prefix}.line{border-color:${colours.border}!important}`,
    `${prefix}.text{color:${colours.text}!important}`,
    `${prefix}.muted{color:${colours.muted}!important}`,
    `${prefix}.link{color:${colours.link}!important}`,
    `${prefix}.panel{background-color:${colours.panel}!important}`,
    `${prefix}.button{background-color:${colours.button}!important;border-color:${colours.button}!important}`,
    `${prefix}.button-text{color:${colours.onButton}!important}`,
    `${prefix}.quiet{background-color:${colours.card}!important;border-color:${colours.button}!important}`,
    `${prefix}.quiet-text{color:${colours.link}!important}`,
  ].join('\r\n');
}

const STYLE =
  `<style>\r\n:root{color-scheme:light dark;supported-color-schemes:light dark}\r\n` +
  `@media (prefers-color-scheme:dark){\r\n${darkRules('', dark)}\r\n}\r\n${darkRules('[data-ogsc] ', dark)}\r\n` +
  `</style>\r\n<!--[if mso]><style>h1,h2,p,li,a,span,td{font-family:'Segoe UI',Arial,sans-serif!important}` +
  `</style><![endif]-->\r\n`;
