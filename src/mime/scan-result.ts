/** What the streaming scanner found in one pass over a message. Offsets count bytes of the scanned message. */

/** A top-level header field as it stands. */
export interface HeaderField {
  /** As written. */
  readonly name: string;
  readonly lowerName: string;
  /** Bytes after the colon, unfolded: CR LF before white space removed; latin1 string of the raw bytes. */
  readonly rawValue: string;
  /** Byte range of the whole field with its line ends. */
  readonly start: number;
  readonly end: number;
}

export interface ScannedPart {
  readonly path: string;
  readonly mediaType: string;
  readonly charset: string | null;
  readonly name: string | null;
  readonly disposition: 'inline' | 'attachment' | null;
  readonly contentId: string | null;
  readonly transferEncoding: string;
  /** Byte range of the encoded body in the message; `end` exclusive, without the line end that belongs to the boundary. */
  readonly start: number;
  readonly end: number;
  readonly decodedBytes: number;
  /** Range in the derived stream of the text decoded to UTF-8; null where it was not derived. */
  readonly text: { readonly start: number; readonly end: number } | null;
  /** Parent's media type, lower case; null at the root. */
  readonly parentMediaType: string | null;
}

export interface ScanResult {
  readonly headerBytes: number;
  readonly header: readonly HeaderField[];
  readonly parts: readonly ScannedPart[];
  /** Sum of the decoded bytes of all leaf parts. */
  readonly decodedBytes: number;
  readonly largestAttachmentBytes: number;
  /** First and last non-empty line of the first text/plain body (decoded, at most 200 characters each). */
  readonly firstBodyLine: string;
  readonly lastBodyLine: string;
  /** Why the structure can't be relied on (too deep, too many parts, no end boundary of a limit, …); null: it can. */
  readonly uninspectable: string | null;
}
