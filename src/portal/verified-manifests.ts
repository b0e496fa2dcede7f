/**
 * Manifests whose signature was checked. One opening asks for the same manifest three times (key, index, first
 * chunk), and a signature costs more than all other checks together. Remembered is the signed text itself: a row that
 * says anything else is checked anew, so that a change in the database is noticed as before.
 */
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { verifyManifest, type Manifest } from '#src/sealing/manifest.ts';

const MOST_REMEMBERED = 1_000;

export class VerifiedManifests {
  readonly #keys: Pick<KeyProvider, 'publicKeys'>;
  readonly #known = new Map<string, { readonly signed: string; readonly manifest: Manifest }>();

  constructor(keys: Pick<KeyProvider, 'publicKeys'>) {
    this.#keys = keys;
  }

  /** The manifest of a message as its row holds it. Throws CodedError `manifest-invalid`. */
  verify(messageId: string, signed: string): Manifest {
    const known = this.#known.get(messageId);
    if (known?.signed === signed) return known.manifest;
    const { organizationId, sealKeys } = this.#keys.publicKeys();
    const manifest = verifyManifest(signed, sealKeys, { organizationId, messageId });
    this.#remember(messageId, signed, manifest);
    return manifest;
  }

  #remember(messageId: string, signed: string, manifest: Manifest): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(messageId, { signed, manifest });
  }
}
