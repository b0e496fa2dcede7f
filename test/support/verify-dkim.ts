/** What mailauth, a verifier of another hand, says of the DKIM signatures of a mail, with records of our own for DNS. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';

export interface SignatureVerdict {
  /** `pass`, `fail`, `neutral`, … (RFC 8601 section 2.7.1). */
  readonly result: string;
  readonly comment: string;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: string;
}

/** One verdict for each signature, in order; none for an unsigned mail. `records`: text by DNS name. */
export async function verifyDkim(
  mail: Buffer,
  records: ReadonlyMap<string, string>,
): Promise<readonly SignatureVerdict[]> {
  const { results } = await dkimVerify(mail, {
    resolver: (name) => {
      const text = records.get(name);
      if (text === undefined)
        return Promise.reject(Object.assign(new Error('no record'), { code: 'ENOTFOUND' }));
      // As DNS answers: strings of at most 255 octets.
      return Promise.resolve([text.match(/.{1,255}/gu) ?? []]);
    },
  });
  return results
    .filter((result) => result.status.result !== 'none')
    .map(({ status, signingDomain, selector, algo }) => ({
      result: status.result,
      comment: status.comment ?? '',
      domain: signingDomain ?? '',
      selector: selector ?? '',
      algorithm: algo ?? '',
    }));
}
