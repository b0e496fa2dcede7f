/** The DNS record of a DKIM key: RFC 6376 section 3.6.1, for Ed25519 RFC 8463 section 4. */
import { createPublicKey, type KeyObject } from 'node:crypto';

const MAX_STRING_OCTETS = 255;

/** Where the record stands. */
export function dnsRecordName({ domain, selector }: { domain: string; selector: string }): string {
  return `${selector}._domainkey.${domain}`;
}

/** The text of the record in one piece. `key`: either half, RSA or Ed25519. */
export function dnsRecordText(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const type = publicKey.asymmetricKeyType;
  if (type === 'rsa') {
    const der = publicKey.export({ type: 'spki', format: 'der' });
    return `v=DKIM1; k=rsa; p=${der.toString('base64')}`;
  }
  if (type !== 'ed25519') throw new TypeError('a DKIM key is an RSA or an Ed25519 key');
  // RFC 8463 section 4.2: the 32 octets of the key, without the structure around them.
  const octets = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return `v=DKIM1; k=ed25519; p=${octets.toString('base64')}`;
}

/** The same as a zone file has it: strings of at most 255 octets, in quotes, with a space between (RFC 1035 section 3.3.14). */
export function dnsRecord(key: KeyObject): string {
  const strings = dnsRecordText(key).match(new RegExp(`.{1,${MAX_STRING_OCTETS}}`, 'gu')) ?? [];
  return strings.map((text) => `"${text}"`).join(' ');
}
