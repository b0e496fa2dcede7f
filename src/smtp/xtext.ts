/**
 * xtext, the encoding of values in DSN parameters (RFC 3461 section 4). Parameters are kept as they were on the
 * wire, so that they are repeated onward octet for octet; decoding is for whoever shows or reports them.
 */
const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})+$/u;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** The decoded value; null where it is not xtext, or would decode to a control character (CR LF above all). */
export function decodeXtext(value: string): string | null {
  if (!XTEXT.test(value)) return null;
  const latin1 = value.replaceAll(/\+([0-9A-F]{2})/gu, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  return CONTROL.test(text) || CONTROL.test(latin1) ? null : text;
}

export function encodeXtext(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((octet) =>
      octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d
        ? String.fromCharCode(octet)
        : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}
