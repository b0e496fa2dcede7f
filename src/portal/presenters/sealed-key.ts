/** A released key as it travels. */
export function presentSealedKey(sealed: { readonly enc: Uint8Array; readonly ciphertext: Uint8Array }): {
  enc: string;
  ciphertext: string;
} {
  return {
    enc: Buffer.from(sealed.enc).toString('base64url'),
    ciphertext: Buffer.from(sealed.ciphertext).toString('base64url'),
  };
}
