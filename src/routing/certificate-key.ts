/**
 * The public key of a certificate as it stands there (SubjectPublicKeyInfo, RFC 5280 section 4.1), which is what a
 * TLSA record with selector 1 is made of. Exporting the key would write it anew, and not always in the same octets.
 */
import { readCertificate } from '#src/base/certificate-outline.ts';

/** `der`: a certificate that was parsed before. null where its outline is not that of one. */
export function publicKeyInfoOf(der: Buffer): Buffer | null {
  return readCertificate(der)?.publicKeyInfo ?? null;
}
