/**
 * Takes from a mail's CSS what could fetch anything: `url()` other than small pictures in the text itself, `@import`,
 * `@font-face`, `image-set()`, `src()`. Escapes are undone first, as `u\72l(` is `url(` to a browser. The frame's own
 * policy forbids the network too; this is the first of two locks.
 */

const LOADING_URL =
  /(?:url|src)\s*\(\s*(?!\s*['"]?data:image\/(?:png|jpe?g|gif|webp)[;,])(?:"[^"]*"|'[^']*'|[^)])*\)?/gi;
const IMAGE_SETS = /(?:-webkit-)?(?:image-set|cross-fade|image)\s*\([^;{}]*/gi;
const RULES = /@(?:import|namespace|charset|font-face|-moz-document)\b[^;{}]*(?:;|\{[^}]*\}?)?/gi;
const OLD_SCRIPTING = /(?:expression\s*\(|behavior\s*:|-moz-binding\s*:)/gi;

const BACKSLASH = '\\';

/** No backslash survives: an escaped one would make a new escape for the browser to undo. */
function undoEscapes(css: string): string {
  const undone = css.replace(
    /\\(?:([0-9a-f]{1,6})[ \t\n\r\f]?|([^\n]))/gi,
    (_, hex?: string, character?: string) => {
      if (hex === undefined) return character ?? '';
      const code = Number.parseInt(hex, 16);
      return code === 0 || code > 0x10ffff ? '' : String.fromCodePoint(code);
    },
  );
  return undone.split(BACKSLASH).join('');
}

export function neutralCss(css: string): string {
  return undoEscapes(css.replace(/\/\*[^]*?(?:\*\/|$)/g, ' '))
    .replace(RULES, ' ')
    .replace(LOADING_URL, 'none')
    .replace(IMAGE_SETS, 'none')
    .replace(OLD_SCRIPTING, 'none-');
}
