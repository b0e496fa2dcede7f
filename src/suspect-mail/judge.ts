/**
 * What is said of a suspect mail, from facts alone. A code or a link that we made shows that a message exists; only
 * the links, and our signature where it can be checked, show that this mail about it is ours. In doubt the answer is
 * never *genuine*.
 */
import type { SignatureFinding } from './our-signature.ts';

/**
 * - `genuine`: from us, as far as can be seen;
 * - `forwarded`: from us, but written to another address;
 * - `changed`: about a message of ours, and not as we wrote it;
 * - `fake`: not from us;
 * - `unknown`: too little was given to tell.
 */
export type Verdict = 'genuine' | 'forwarded' | 'changed' | 'fake' | 'unknown';

export interface SuspectFacts {
  /** A whole mail or its words, not just a code that somebody typed. */
  readonly isWhole: boolean;
  readonly signature: SignatureFinding;
  /** `ours`: one belongs to a message for the address. */
  readonly code: 'ours' | 'unknown' | 'none';
  /** A link of ours that leads to a message. */
  readonly knownLink: boolean;
  /** Links that lead to our site, to a message or not. */
  readonly linksToUs: number;
  readonly linksElsewhere: number;
  /** The message's address is the one that the mail is said to have gone to; null: not said. */
  readonly sameAddress: boolean | null;
  /** Its From is an address of ours from which only we write. */
  readonly fromService: boolean;
}

export function judge(facts: SuspectFacts): Verdict {
  const { signature, code, knownLink, linksElsewhere, sameAddress } = facts;
  if (signature === 'ours') return sameAddress === false ? 'forwarded' : 'genuine';
  if (knownLink || code === 'ours') {
    // With our code and no link of ours, another link stands where ours was.
    if (!knownLink && linksElsewhere > 0) return facts.linksToUs > 0 ? 'changed' : 'fake';
    if (linksElsewhere > 0 || signature === 'broken') return 'changed';
    return sameAddress === false ? 'forwarded' : 'genuine';
  }
  return isStranger(facts) ? 'fake' : 'unknown';
}

/** Not known to us, and made to be followed or believed. */
function isStranger({
  isWhole,
  linksElsewhere,
  linksToUs,
  code,
  signature,
  fromService,
}: SuspectFacts): boolean {
  if (linksElsewhere > 0) return true;
  if (!isWhole || linksToUs > 0) return false;
  return code === 'unknown' || signature === 'broken' || fromService;
}
