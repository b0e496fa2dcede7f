/**
 * Why a mail was not delivered, as kinds that a clinician can be told. Reads the enhanced status code (RFC 3463 and
 * its IANA registry) first; where a server gave none or only a vague one, the basic reply code (RFC 5321).
 */

export type FailureKind =
  | 'no-such-mailbox'
  | 'mailbox-closed'
  | 'mailbox-full'
  | 'no-such-domain'
  | 'bad-address'
  | 'refused'
  | 'not-authenticated'
  | 'too-large'
  | 'no-connection'
  | 'no-tls'
  | 'timed-out'
  | 'loop'
  | 'not-supported'
  | 'busy'
  | 'unknown';

const BY_SUBJECT_AND_DETAIL: Readonly<Record<string, FailureKind>> = {
  '1.0': 'no-such-mailbox',
  '1.1': 'no-such-mailbox',
  '1.2': 'no-such-domain',
  '1.3': 'bad-address',
  '1.4': 'bad-address',
  '1.6': 'no-such-mailbox',
  '1.10': 'no-such-domain',
  '2.1': 'mailbox-closed',
  '2.2': 'mailbox-full',
  '2.3': 'too-large',
  '3.1': 'busy',
  '3.2': 'busy',
  '3.3': 'not-supported',
  '3.4': 'too-large',
  '4.1': 'no-connection',
  '4.2': 'no-connection',
  '4.3': 'no-connection',
  '4.4': 'no-such-domain',
  '4.5': 'busy',
  '4.6': 'loop',
  '4.7': 'timed-out',
  '5.3': 'busy',
  '6.3': 'not-supported',
  '6.7': 'not-supported',
  '6.9': 'not-supported',
  '7.0': 'refused',
  '7.1': 'refused',
  '7.4': 'no-tls',
  '7.5': 'no-tls',
  '7.10': 'no-tls',
  '7.11': 'no-tls',
  '7.20': 'not-authenticated',
  '7.23': 'not-authenticated',
  '7.25': 'not-authenticated',
  '7.26': 'not-authenticated',
  '7.27': 'no-such-domain',
  '7.28': 'busy',
  '7.29': 'not-authenticated',
  '7.30': 'no-tls',
};

const BY_REPLY_CODE: Readonly<Record<number, FailureKind>> = {
  421: 'busy',
  450: 'busy',
  451: 'busy',
  452: 'busy',
  521: 'no-connection',
  530: 'refused',
  550: 'no-such-mailbox',
  551: 'no-such-mailbox',
  552: 'too-large',
  553: 'bad-address',
  554: 'refused',
  556: 'no-such-domain',
};

/** `status` like `5.1.1`, or null; `replyCode` like 550, or null. */
export function classifyFailure(status: string | null, replyCode: number | null): FailureKind {
  const match = status === null ? null : /^[245]\.(\d{1,3}\.\d{1,3})$/u.exec(status);
  const detail = match?.[1];
  if (detail !== undefined) {
    const known = BY_SUBJECT_AND_DETAIL[detail];
    if (known !== undefined) return known;
    if (detail.startsWith('7.')) return 'refused';
  }
  return (replyCode === null ? undefined : BY_REPLY_CODE[replyCode]) ?? 'unknown';
}
