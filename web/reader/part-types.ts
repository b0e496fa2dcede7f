/** Which parts are shown in the page and as what; the rest is only saved. */

const IMAGE_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
]);

/** The type a picture is shown as; null for what is no plain picture (SVG can carry scripts and links). */
export function imageTypeOf(mediaType: string): string | null {
  const type = mediaType === 'image/jpg' || mediaType === 'image/pjpeg' ? 'image/jpeg' : mediaType;
  return IMAGE_TYPES.has(type) ? type : null;
}

export type Viewing = 'image' | 'pdf' | 'text';

/** How a part can be viewed; the declared type counts, for octet-stream the extension. */
export function viewingOf(mediaType: string, extension: string): { as: Viewing; type: string } | null {
  const type =
    mediaType === 'application/octet-stream' ? (TYPE_OF_EXTENSION[extension.toLowerCase()] ?? '') : mediaType;
  const image = imageTypeOf(type);
  if (image !== null) return { as: 'image', type: image };
  if (type === 'application/pdf' || type === 'application/x-pdf')
    return { as: 'pdf', type: 'application/pdf' };
  if (type === 'text/plain' || type === 'text/csv') return { as: 'text', type: 'text/plain' };
  return null;
}

const TYPE_OF_EXTENSION: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
};
