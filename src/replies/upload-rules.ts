/** Which files an answer may carry, and who looks at them; asked for anew each time. */
import type { Scanner } from '#src/antivirus/scanner.ts';
import { CodedError } from '#src/base/coded-error.ts';

export interface UploadRules {
  /** Decoded octets. */
  readonly maxFileBytes: number;
  /** Of all files of one answer. */
  readonly maxTotalBytes: number;
  /** Null: the next hop inside filters; then files go to nobody outside. */
  readonly scanner: Scanner | null;
}

export type FileRefusalCode =
  | 'uploads-off'
  | 'files-too-large'
  | 'files-outside'
  | 'file-missing'
  | 'file-too-large'
  | 'file-type'
  | 'file-infected';

/** A file that can't be sent, by its position in the list; never by its name. */
export class FileRefused extends CodedError {
  override readonly code: FileRefusalCode;
  /** From 1; null: all of them. */
  readonly file: number | null;

  constructor(code: FileRefusalCode, file: number | null = null) {
    super(code, file === null ? 'the files can not be sent' : `file ${file} can not be sent`);
    this.code = code;
    this.file = file;
  }
}
