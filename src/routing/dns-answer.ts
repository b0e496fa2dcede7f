/**
 * What the product asks of the DNS and what it gets back. Whether an answer is proven (`secure`) is said by a
 * validating resolver in the AD bit (RFC 4035 section 3.2.3, RFC 6840 section 5.8) and by nobody else: a client of
 * unprotected DNS never sets it. A failure is a value, and never the same as "there is none".
 */
export interface MxRecord {
  readonly preference: number;
  /** Lower case, without the last dot; '' is the root, as a null MX has it (RFC 7505). */
  readonly exchange: string;
}

/** RFC 6698 section 2.1. */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Buffer;
}

export interface RecordTypes {
  readonly A: string;
  readonly AAAA: string;
  readonly CNAME: string;
  readonly MX: MxRecord;
  /** The strings of one record, joined. */
  readonly TXT: string;
  readonly TLSA: TlsaRecord;
}

export type RecordType = keyof RecordTypes;

export type DnsResult<R> =
  | {
      readonly kind: 'answer';
      readonly records: readonly R[];
      /** The name that holds the records, after aliases (CNAME); lower case, without the last dot. */
      readonly name: string;
      readonly secure: boolean;
      readonly ttlSeconds: number;
    }
  | {
      readonly kind: 'none';
      readonly reason: 'no-such-name' | 'no-data';
      readonly secure: boolean;
      readonly ttlSeconds: number;
    }
  | DnsFailure;

/** SERVFAIL (which is also how a validating resolver refuses a forgery), no answer in time, or nonsense. */
export interface DnsFailure {
  readonly kind: 'failed';
  readonly why: string;
}

export interface DnsClient {
  /** `name` without the last dot. Never rejects. */
  query<T extends RecordType>(name: string, type: T): Promise<DnsResult<RecordTypes[T]>>;
}
