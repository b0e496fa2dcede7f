/**
 * File names from mails, made harmless for screens and disks. A name is a stranger's text: it may turn its own
 * direction to hide `.exe`, hold controls, climb folders or be a device. The extension is always kept in sight.
 */

export interface SafeName {
  /** Without the extension. */
  readonly base: string;
  /** With its dot, lower case as given; empty where there is none. */
  readonly extension: string;
  /** Both: what is shown in full and what the file is saved as. */
  readonly full: string;
}

const MAX_BASE = 120;
const MAX_EXTENSION = 12;

/** Controls, format characters (bidi, zero width, tags), surrogates alone, private use, line and paragraph separators. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/gu;
const FORBIDDEN_ON_DISKS = /[\\/:*?"<>|]/g;
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

const EXTENSION_OF_TYPE: Readonly<Record<string, string>> = {
  'application/pdf': '.pdf',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'image/webp': '.webp',
  'text/plain': '.txt',
  'text/html': '.html',
  'text/csv': '.csv',
  'text/calendar': '.ics',
  'message/rfc822': '.eml',
};

/** Extensions that run something when opened. */
const HARMFUL =
  /^\.(exe|com|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|wsh|hta|msi|msp|scr|pif|cpl|jar|lnk|url|reg|dll|appx|msix|app|dmg|pkg|command|sh|apk|iso|img|vhd|vhdx|html|htm|xhtml|shtml|mht|mhtml|svg|xll|docm|xlsm|pptm|one|chm)$/i;

function splitExtension(name: string): [string, string] {
  const match = /^(.*?)(\.[\p{L}\p{N}]{1,12})$/su.exec(name);
  return match === null ? [name, ''] : [match[1] ?? '', (match[2] ?? '').slice(0, MAX_EXTENSION + 1)];
}

/** Never throws, never empty; `fallback` names a part without a name, such as `attachment-2`. */
export function safeName(name: string | null, mediaType: string, fallback: string): SafeName {
  const cleaned = (name ?? '')
    .replace(UNSEEN, '')
    .replace(FORBIDDEN_ON_DISKS, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.]+|[\s.]+$/gu, '');
  const [rawBase, rawExtension] = splitExtension(cleaned);
  const extension = rawExtension === '' ? (EXTENSION_OF_TYPE[mediaType] ?? '') : rawExtension;
  const trimmed = Array.from(rawBase)
    .slice(0, MAX_BASE)
    .join('')
    .replace(/[\s.]+$/u, '');
  const named = trimmed === '' ? fallback : trimmed;
  // Windows takes the name before its first dot for a device, whatever follows.
  const base = DEVICE.test(named.split('.')[0] ?? '') ? `_${named}` : named;
  return { base, extension, full: base + extension };
}

/** Whether opening a file of this name could run something. */
export function isHarmful(name: SafeName): boolean {
  return HARMFUL.test(name.extension);
}

/** A line of untrusted text for the screen: nothing unseen, no change of direction, at most `max` characters. */
export function displayText(text: string, max = 400): string {
  const cleaned = text.replace(/[\r\n\t]+/g, ' ').replace(UNSEEN, '');
  const characters = Array.from(cleaned);
  return characters.length > max ? `${characters.slice(0, max).join('')}…` : cleaned;
}
