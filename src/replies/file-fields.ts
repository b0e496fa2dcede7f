/**
 * Header fields of an attached file from what a stranger's device says of it. The name becomes one harmless line
 * without folders (RFC 6266 section 4.3 has the reasons) in the form of RFC 2231; the type is believed where it has
 * the form of one and is nothing that a mail program would take for more than a file.
 */
import { cleanText } from '#src/notification/compose/clean-text.ts';

export interface NamedFile {
  readonly name: string;
  readonly type: string;
}

const MAX_NAME_CHARACTERS = 120;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}$/u;
/** What a mail program reads as part of the mail, or runs. */
const NOT_FOR_FILES = /^(?:multipart|message)\/|^text\/html$|^application\/xhtml|^image\/svg|script/u;
const UNKNOWN_TYPE = 'application/octet-stream';

/** One line, no folder, no characters that Windows or a shell take for more than a name; never empty. */
export function safeFileName(name: string): string {
  const last = name.split(/[/\\]/u).at(-1) ?? '';
  const clean = cleanText(last, MAX_NAME_CHARACTERS)
    .replaceAll(/["<>:|?*;]/gu, '_')
    .replaceAll(/^\.+|[. ]+$/gu, '');
  return clean === '' ? 'file' : clean;
}

export function contentTypeOf(file: NamedFile): string {
  const type = file.type.toLowerCase();
  return MEDIA_TYPE.test(type) && !NOT_FOR_FILES.test(type) ? type : UNKNOWN_TYPE;
}

/** `attachment` with the name in ASCII where it is, else percent-encoded (RFC 2231 section 4). */
export function dispositionOf(file: NamedFile): string {
  const name = safeFileName(file.name);
  if (/^[\w .()+,=@~-]*$/u.test(name)) return `attachment; filename="${name}"`;
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*!]/gu,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
