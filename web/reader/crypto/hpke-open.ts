/**
 * HPKE opening (RFC 9180), base mode, one message: DHKEM(P-256, HKDF-SHA-256), HKDF-SHA-256, AES-256-GCM. The
 * private half stays a non-extractable WebCrypto key. Names follow RFC 9180 sections 4.1 and 5.1.
 */
import { DamagedMessage } from './damaged.ts';
import { hkdfExpand, hkdfExtract } from './hkdf.ts';
import { concat, utf8, type Octets } from './octets.ts';

const EMPTY: Octets = new Uint8Array(0);
const VERSION_LABEL = utf8('HPKE-v1');
/** "KEM" and DHKEM(P-256, HKDF-SHA-256) = 0x0010. */
const KEM_SUITE = concat(utf8('KEM'), new Uint8Array([0x00, 0x10]));
/** "HPKE", the KEM, HKDF-SHA-256 = 0x0001, AES-256-GCM = 0x0002. */
const HPKE_SUITE = concat(utf8('HPKE'), new Uint8Array([0x00, 0x10, 0x00, 0x01, 0x00, 0x02]));

/** What HPKE's single-shot sealing gives: the sender's public point and the ciphertext with its tag. */
export interface SealedKey {
  readonly enc: Octets;
  readonly ciphertext: Octets;
}

export interface PageKeyPair {
  readonly privateKey: CryptoKey;
  /** Uncompressed point, 65 octets. */
  readonly publicPoint: Octets;
}

/** A fresh key of this page; its private half can't leave WebCrypto. */
export async function makePageKey(): Promise<PageKeyPair> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  const publicPoint = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { privateKey: pair.privateKey, publicPoint };
}

async function labeledExtract(suite: Octets, salt: Octets, label: string, material: Octets): Promise<Octets> {
  return hkdfExtract('SHA-256', salt, concat(VERSION_LABEL, suite, utf8(label), material));
}

async function labeledExpand(
  suite: Octets,
  pseudorandomKey: Octets,
  label: string,
  info: Octets,
  length: number,
): Promise<Octets> {
  const lengthField = new Uint8Array([length >> 8, length & 0xff]);
  return hkdfExpand(
    'SHA-256',
    pseudorandomKey,
    concat(lengthField, VERSION_LABEL, suite, utf8(label), info),
    length,
  );
}

async function decapsulate(pageKey: PageKeyPair, enc: Octets): Promise<Octets> {
  const peer = await crypto.subtle.importKey('raw', enc, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: peer }, pageKey.privateKey, 256);
  const extracted = await labeledExtract(KEM_SUITE, EMPTY, 'eae_prk', new Uint8Array(shared));
  return labeledExpand(KEM_SUITE, extracted, 'shared_secret', concat(enc, pageKey.publicPoint), 32);
}

async function openingKey(sharedSecret: Octets, info: Octets): Promise<{ key: Octets; nonce: Octets }> {
  const [pskIdHash, infoHash, secret] = await Promise.all([
    labeledExtract(HPKE_SUITE, EMPTY, 'psk_id_hash', EMPTY),
    labeledExtract(HPKE_SUITE, EMPTY, 'info_hash', info),
    labeledExtract(HPKE_SUITE, sharedSecret, 'secret', EMPTY),
  ]);
  const modeBase = new Uint8Array([0x00]);
  const schedule = concat(modeBase, pskIdHash, infoHash);
  const [key, nonce] = await Promise.all([
    labeledExpand(HPKE_SUITE, secret, 'key', schedule, 32),
    labeledExpand(HPKE_SUITE, secret, 'base_nonce', schedule, 12),
  ]);
  return { key, nonce };
}

/** Opens what was sealed to the page key under `info`; throws DamagedMessage, the same for every cause. */
export async function openSealed(pageKey: PageKeyPair, sealed: SealedKey, info: Octets): Promise<Octets> {
  try {
    const { key, nonce } = await openingKey(await decapsulate(pageKey, sealed.enc), info);
    const aead = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce, tagLength: 128 }, aead, sealed.ciphertext),
    );
  } catch {
    throw new DamagedMessage();
  }
}
