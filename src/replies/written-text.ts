/**
 * What the page seals as the text of a draft: JSON in UTF-8 (docs/formats/drafts.md). Opened here only when the reply
 * is sent; what does not fit the form is refused, and the draft stays.
 */
import { Type } from 'typebox';
import { Value } from 'typebox/value';

import { CodedError } from '#src/base/coded-error.ts';
import { decryptChunked } from '#src/sealing/chunked-encryption.ts';
import { draftTextContext } from '#src/sealing/contexts.ts';

import type { Draft } from './drafts.ts';

export const MAX_TEXT_CHARACTERS = 30_000;
export const MAX_FILES = 20;
/** Sealed, in bytes: every character may take four, and JSON may double some. */
export const MAX_SEALED_TEXT_BYTES = 256 * 1024;

const WrittenText = Type.Object(
  {
    version: Type.Literal(1),
    text: Type.String({ maxLength: MAX_TEXT_CHARACTERS }),
    files: Type.Array(
      Type.Object(
        {
          id: Type.String({ maxLength: 64 }),
          name: Type.String({ maxLength: 1_000 }),
          type: Type.String({ maxLength: 200 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: MAX_FILES },
    ),
  },
  { additionalProperties: false },
);

export interface WrittenText {
  readonly version: 1;
  readonly text: string;
  readonly files: readonly { readonly id: string; readonly name: string; readonly type: string }[];
}

/** Throws AuthenticationFailed for what was not sealed under the draft's key, CodedError `draft-unreadable`. */
export function openText(draft: Draft): WrittenText {
  if (draft.text === null) return { version: 1, text: '', files: [] };
  const opened = decryptChunked(draft.key, draftTextContext(draft), draft.text);
  const value = parseJson(opened.toString('utf8'));
  opened.fill(0);
  if (!Value.Check(WrittenText, value)) throw unreadable();
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function unreadable(): CodedError {
  return new CodedError('draft-unreadable', 'the text of a draft has not the form that the page writes');
}
