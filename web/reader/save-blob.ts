/** Saving what was opened as a file on the reader's device. */

/** A download link must outlive the click. */
const KEEP_URL_MS = 60_000;

/** Always as octets: what is saved never opens as a page of this site. `name` must be a safe one. */
export function saveBlob(pieces: BlobPart[], name: string): void {
  const url = URL.createObjectURL(new Blob(pieces, { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), KEEP_URL_MS);
}
