/** The page key as the API takes it. */
import type { PageKeyPair } from './crypto/hpke-open.ts';
import { toBase64Url } from './crypto/octets.ts';

export { makePageKey } from './crypto/hpke-open.ts';

/** The uncompressed point in base64url. */
export function toPageKeyJson(pageKey: PageKeyPair): string {
  return toBase64Url(pageKey.publicPoint);
}
