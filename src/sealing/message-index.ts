/** The index stream: what the reader shows and where it finds it. JSON in UTF-8; normative in docs/formats/. */

/** A byte range of plaintext in one of the two data streams; `end` is exclusive. */
export interface SourceRange {
  readonly stream: 'content' | 'derived';
  readonly start: number;
  readonly end: number;
}

export interface PartIndex {
  /** Position in the tree as IMAP numbers parts: `1`, `2.1`, … */
  readonly path: string;
  /** Lower case, without parameters; `application/octet-stream` where the field can't be read. */
  readonly mediaType: string;
  readonly charset: string | null;
  /** File name, decoded; null where there is none. Untrusted text. */
  readonly name: string | null;
  readonly disposition: 'inline' | 'attachment' | null;
  /** Without angle brackets. */
  readonly contentId: string | null;
  /** `7bit`, `8bit`, `binary`, `quoted-printable` or `base64`; anything else is shown as `binary`. */
  readonly transferEncoding: string;
  readonly source: SourceRange;
  /** Bytes after undoing the transfer encoding; an estimate is not allowed. */
  readonly decodedBytes: number;
  /** Text that is ready to show, as UTF-8 in the derived stream; null: undo transfer encoding and charset of `source`. */
  readonly text: SourceRange | null;
}

/** What the reader does with the parts. */
export interface MessageIndex {
  readonly version: 1;
  /** Display header fields, decoded; empty string where absent. */
  readonly header: {
    readonly subject: string;
    readonly from: string;
    readonly to: string;
    readonly cc: string;
    readonly replyTo: string;
    readonly date: string;
  };
  readonly parts: readonly PartIndex[];
  /** Paths of the parts that make the body, best first for display: an HTML part, a text part, a calendar part. */
  readonly body: {
    readonly html: string | null;
    readonly text: string | null;
    readonly calendar: string | null;
  };
  /** Paths of the parts offered as attachments. */
  readonly attachments: readonly string[];
  readonly contentLength: number;
  readonly derivedLength: number;
  /** True where the content broke the scanner and is offered as one raw mail. */
  readonly raw: boolean;
}
