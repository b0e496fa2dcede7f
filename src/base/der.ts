/**
 * The outline of DER (X.690): one element after the other, as octets of the input and never as copies, because what is
 * signed or hashed is what stood there. It knows no types; whoever reads says which tag he expects where.
 */
export interface DerElement {
  readonly tag: number;
  /** Tag, length and content. */
  readonly whole: Buffer;
  readonly content: Buffer;
}

export const DER = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** The element at the beginning of `der`; null where there is none that fits in. Tags of one octet only. */
export function readElement(der: Buffer): DerElement | null {
  if (der.length < 2) return null;
  const tag = der.readUInt8(0);
  const first = der.readUInt8(1);
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const start = 2 + lengthOctets;
  if ((tag & 0x1f) === 0x1f || first === 0x80 || lengthOctets > 4 || start > der.length) return null;
  const length = lengthOctets === 0 ? first : der.readUIntBE(2, lengthOctets);
  const end = start + length;
  return end <= der.length ? { tag, whole: der.subarray(0, end), content: der.subarray(start, end) } : null;
}

/** All elements in `content`; null where they don't fill it to its end. */
export function readElements(content: Buffer): DerElement[] | null {
  const elements: DerElement[] = [];
  let rest = content;
  while (rest.length > 0) {
    const element = readElement(rest);
    if (element === null) return null;
    elements.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return elements;
}

/** The elements in the one element that `der` is; null where it is not one of this tag, and nothing behind it. */
export function readInside(der: Buffer, tag: number): DerElement[] | null {
  const element = readElement(der);
  return element?.tag === tag && element.whole.length === der.length ? readElements(element.content) : null;
}
