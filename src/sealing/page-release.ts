/**
 * Releasing a key to a reader's page: the content key of one message, or the list key of one list entry, sealed
 * with HPKE to the P-256 key that the page made for itself (docs/formats/page-release.md). The account comes from
 * the signed-in session and the message from the request; the page builds the same `info` and opens nothing else.
 */
import { kidOfPoint } from '#src/keys/wrapping-point.ts';

import { pageReleaseInfo } from './contexts.ts';
import type { MessageIds, ReleasePurpose } from './contexts.ts';
import { hpkeSeal, hpkeSealOffThread, SUITE_P256 } from './hpke.ts';
import type { HpkeSealed } from './hpke.ts';

export interface PageRelease extends MessageIds {
  readonly purpose: ReleasePurpose;
  /** The content key or the list key, 32 bytes. */
  readonly key: Uint8Array;
  /** Account of the session. */
  readonly accountId: string;
  /** The page's public key: uncompressed point, 65 bytes, as the browser sent it. */
  readonly pagePoint: Uint8Array;
}

/** Throws AuthenticationFailed where the page's point is not on the curve. */
export function releaseToPage(release: PageRelease): HpkeSealed {
  return hpkeSeal(sealingInput(release));
}

/** The same with the curve's arithmetic in another thread. */
export function releaseToPageOffThread(release: PageRelease): Promise<HpkeSealed> {
  return hpkeSealOffThread(sealingInput(release));
}

function sealingInput(release: PageRelease): Parameters<typeof hpkeSeal>[0] {
  const kid = kidOfPoint(release.pagePoint);
  const info = pageReleaseInfo(release.purpose, release, release.accountId, kid, SUITE_P256);
  return { recipientPoint: release.pagePoint, info, plaintext: release.key };
}
