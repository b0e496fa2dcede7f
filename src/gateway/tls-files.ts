/** Reads certificate and key of a listener; an error names the file and what to do. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

import { CodedError } from '#src/base/coded-error.ts';
import type { TlsFiles } from '#src/config/settings.ts';

export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Throws CodedError `tls-files`: a file can't be read, or the key doesn't belong to the certificate. */
export async function readTlsPair(files: TlsFiles | null): Promise<TlsPair | undefined> {
  if (files === null) return undefined;
  try {
    const pair = { cert: await readFile(files.cert), key: await readFile(files.key) };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    throw new CodedError(
      'tls-files',
      `${files.cert} and ${files.key} are no certificate with its key; check the paths and that both are PEM`,
      { cause },
    );
  }
}
