/**
 * Whether a mail bears a DKIM signature of ours (RFC 6376), checked against our own keys: no DNS is asked, so nobody
 * between us and a name server has a say, and what other domains signed is not looked at.
 */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';

import { parseMailAddress } from '#src/base/mail-address.ts';
import { fieldValues } from '#src/mime/header-fields.ts';

import type { SuspectMail } from './suspect-mail.ts';

/** `none`: it names no key of ours. `broken`: it names one, and does not fit. */
export type SignatureFinding = 'ours' | 'broken' | 'none';

/** More signatures are put on a mail only to keep somebody busy. */
const MAX_SIGNATURES = 8;

/** `records`: text of our DKIM records by DNS name, `selector._domainkey.domain`. Never rejects. */
export async function checkOurSignature(
  { bytes, header, from }: SuspectMail,
  records: ReadonlyMap<string, string>,
): Promise<SignatureFinding> {
  const signatures = header === null ? [] : fieldValues(header, 'dkim-signature');
  if (signatures.length === 0 || records.size === 0) return 'none';
  if (signatures.length > MAX_SIGNATURES) return 'broken';
  const author = parseMailAddress(from ?? '')?.domain ?? '';
  try {
    const { results } = await dkimVerify(bytes, { resolver: (name) => answer(records, name) });
    const ours = results.filter(({ signingDomain, selector }) =>
      records.has(`${selector ?? ''}._domainkey.${signingDomain ?? ''}`),
    );
    if (ours.length === 0) return 'none';
    const fits = ours.some(
      ({ status, signingDomain }) => status.result === 'pass' && isAligned(author, signingDomain ?? ''),
    );
    return fits ? 'ours' : 'broken';
  } catch {
    return 'broken';
  }
}

/** RFC 7489 section 3.1.1, for a domain that we know to be ours. */
function isAligned(author: string, signer: string): boolean {
  return signer !== '' && (author === signer || author.endsWith(`.${signer}`));
}

function answer(records: ReadonlyMap<string, string>, name: string): Promise<string[][]> {
  const text = records.get(name);
  if (text === undefined) return Promise.reject(Object.assign(new Error('no record'), { code: 'ENOTFOUND' }));
  return Promise.resolve([text.match(/.{1,255}/gu) ?? []]);
}
