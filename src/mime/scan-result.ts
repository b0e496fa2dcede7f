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
  /** Decoded Subject of the message in a `message/rfc822` part; null elsewhere and where it has none. */
  readonly embeddedSubject: string | null;
  /** `method` of a text/calendar part, lower case; null elsewhere. */
  readonly calendarMethod: string | null;
  /**
   * What the first bytes of the body are, where its type says that it may be ciphertext: CMS EnvelopedData or
   * AuthEnvelopedData (RFC 5652, RFC 5083), an armored OpenPGP message; null elsewhere.
   */
  readonly ciphertext: 'cms-enveloped' | 'pgp-message' | null;
}

/** A multipart: what holds parts. Its path is '' at the root, and that of the message part where it is one's body. */
export interface ScannedContainer {
  readonly path: string;
  readonly mediaType: string;
  /** Byte range of its body, from the preamble to the epilogue. */
  readonly start: number;
  readonly end: number;
  readonly parentMediaType: string | null;
}

export interface ScanResult {
  /** Offset of the first byte of the body: the header with the empty line that ends it. */
  readonly headerBytes: number;
  readonly header: readonly HeaderField[];
  /** Leaves and embedded messages, in order. */
  readonly parts: readonly ScannedPart[];
  readonly containers: readonly ScannedContainer[];
  /** Sum of the decoded bytes of all leaf parts, and of what stands outside every part. */
  readonly decodedBytes: number;
  /** Bytes of preambles and epilogues, and of what comes after the limit of parts. */
  readonly outsideBytes: number;
  /** Of the parts that are no body text, in decoded bytes; an embedded message counts as a whole. */
  readonly largestAttachmentBytes: number;
  /** First and last non-empty line of the first text/plain body (decoded, at most 200 characters each). */
  readonly firstBodyLine: string;
  readonly lastBodyLine: string;
  /** Why the structure can't be relied on (too deep, too many parts, no end boundary of a limit, …); null: it can. */
  readonly uninspectable: string | null;
}
