/**
 * Whether a mail's HTML would keep a browser busy for longer than anybody waits: browsers take time that grows with the
 * square of the depth, of the comments and of the attributes of one element, and some crash on deeply nested styles.
 * An estimate from the text alone, because parsing is already too much. It errs on the side of too heavy.
 */

const MAX_TAGS = 200_000;
const MAX_DEPTH = 1_000;
const MAX_COMMENTS = 5_000;
const MAX_ATTRIBUTES = 1_000;
const MAX_NESTED_BRACES = 100;
const MAX_IMPORTS = 500;

/** A comment, or a tag with its name; attribute values in quotes may hold anything. */
const MARKUP = /<!--(?:>|[^]*?(?:-->|$))|<!|<(\/?)([a-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)/gi;
/** Without an end, or with one that a mail may leave out. */
const NEVER_OPEN = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot option'.split(
    ' ',
  ),
);

export function isTooHeavy(html: string): boolean {
  return hasDeepBraces(html) || (html.match(/@import/gi)?.length ?? 0) > MAX_IMPORTS || hasHeavyTags(html);
}

function hasHeavyTags(html: string): boolean {
  const open = new Map<string, number>();
  let [tags, comments, depth] = [0, 0, 0];
  for (const [, slash, given, attributes = ''] of html.matchAll(MARKUP)) {
    if (given === undefined) comments++;
    else {
      tags++;
      const name = given.toLowerCase();
      const known = open.get(name) ?? 0;
      const change = NEVER_OPEN.has(name) ? 0 : slash === '' ? 1 : known > 0 ? -1 : 0;
      open.set(name, known + change);
      depth += change;
      if (attributes.length > MAX_ATTRIBUTES && countAttributes(attributes) > MAX_ATTRIBUTES) return true;
    }
    if (tags > MAX_TAGS || comments > MAX_COMMENTS || depth > MAX_DEPTH) return true;
  }
  return false;
}

function countAttributes(text: string): number {
  return text.replace(/"[^"]*"|'[^']*'/g, '').split(/[\s/]+/).length;
}

function hasDeepBraces(html: string): boolean {
  let depth = 0;
  for (const [brace] of html.matchAll(/[{}]/g)) {
    depth = Math.max(0, depth + (brace === '{' ? 1 : -1));
    if (depth > MAX_NESTED_BRACES) return true;
  }
  return false;
}

/** What is left without its tags; shown instead of what is too heavy. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<(style|script)\b[^]*?(?:<\/\1|$)/gi, '<')
    .replace(MARKUP, ' ')
    .replace(/[<>]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
