/** What looks for viruses in a file: anything but a clear answer means that the file was not scanned. */
export type ScanVerdict =
  | { readonly kind: 'clean' }
  /** `signature`: what the scanner calls it. */
  | { readonly kind: 'infected'; readonly signature: string }
  /** `why`: a few words for the log, without anything of the file. */
  | { readonly kind: 'not-scanned'; readonly why: string };

export interface Scanner {
  /** Never rejects for what the scanner does; what `content` throws passes through. */
  scan(content: AsyncIterable<Uint8Array>): Promise<ScanVerdict>;
}
