/** What the sending side takes and gives back: where a mail goes, the mail, and what came of it. */

export interface NextHop {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet (RFC 8314), not by STARTTLS. */
  readonly implicitTls: boolean;
  /**
   * `none`: plaintext, for loopback. `opportunistic`: TLS where offered, else plaintext (RFC 7435). `encrypted`: TLS
   * or nothing, whatever the certificate. `verified`: nothing of a mail is sent before the certificate has been
   * checked: by `certificateCheck`, else against the trust anchors and for one of `certificateNames`.
   */
  readonly tls: 'none' | 'opportunistic' | 'encrypted' | 'verified';
  /** What the server is asked for (SNI), and the name its certificate must carry; default `host`. */
  readonly servername?: string | undefined;
  /** One of these must be in the certificate, instead of `servername`. */
  readonly certificateNames?: readonly string[] | undefined;
  /** Instead of names and trust anchors. */
  readonly certificateCheck?: CertificateCheck | undefined;
  /** What the check rests on, for the facts of a verified connection; default: the name in the configuration. */
  readonly verifiedBy?: VerifiedBy | undefined;
  /** Trust anchors (PEM) beside those of the system. */
  readonly ca?: readonly string[] | undefined;
  /** PEM. Shown to the server; only where TLS is verified. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string } | undefined;
  /** Sent only over TLS, or to a loopback address. */
  readonly auth?: { readonly user: string; readonly password: string } | undefined;
  readonly localAddress?: string | undefined;
}

/**
 * How a server proved who it is. `pkix-…`: a chain to a trust anchor, and the name that the operator named (`pinned`),
 * that DNSSEC proves, or the recipients' own domain. `mta-sts`: a name on the list of the policy. `dane`: TLSA records.
 */
export type VerifiedBy = 'pkix-pinned' | 'pkix-dnssec' | 'pkix-domain' | 'mta-sts' | 'dane';

/** Another way than names and trust anchors to tell whether a certificate is the right one, such as DANE. */
export interface CertificateCheck {
  /** Says what it checks for: connections are shared only where it is the same. */
  readonly id: string;
  /** `chain`: DER, the server's own certificate first. null where it is right, else why it is not. */
  verify(chain: readonly Buffer[]): string | null;
}

export interface OutgoingMail {
  /** As SMTP gave it, without brackets; '' is the null reverse-path. */
  readonly reversePath: string;
  readonly recipient: string;
  readonly smtputf8: boolean;
  readonly body: '7bit' | '8bitmime';
  /** Octets of the content as it is, without dot-stuffing. */
  readonly sizeBytes: number;
  /** Values as they were on the wire (xtext). Left out where the peer has no DSN. */
  readonly dsn?:
    | {
        readonly notify: string | null;
        readonly orcpt: string | null;
        readonly ret: 'FULL' | 'HDRS' | null;
        readonly envid: string | null;
      }
    | undefined;
  /** Refuse a peer without REQUIRETLS (RFC 8689) and ask for it otherwise. */
  readonly requireTlsExtension?: boolean | undefined;
  /** The content, CR LF at every line end, not dot-stuffed. May be asked for twice in one attempt. */
  content(): AsyncIterable<Buffer>;
}

export interface TlsFacts {
  /** For example `TLSv1.3`. */
  readonly version: string;
  readonly cipher: string;
  /** True only where the certificate was checked and the connection would not have been used otherwise. */
  readonly verified: boolean;
  /** null: not verified. */
  readonly verifiedBy: VerifiedBy | null;
  /** The name that was checked, or would have been. */
  readonly servername: string;
  /** SHA-256 of the peer's certificate, hexadecimal with colons. */
  readonly fingerprint256: string | null;
  /** The last moment of the peer's certificate, milliseconds since 1970. */
  readonly certificateExpiresAt: number | null;
}

export type TransmitStage = 'connect' | 'tls' | 'mail' | 'rcpt' | 'data' | 'dot';

/** `reply` is one line of at most 512 printable characters: the peer's words, or ours where it had none. */
export type TransmitOutcome =
  | {
      readonly kind: 'accepted';
      readonly reply: string;
      readonly tls: TlsFacts | null;
      /** False where `dsn` was asked for and the peer has no DSN: reports on success are ours (RFC 3461 section 5.2.2). */
      readonly dsnPassedOn: boolean;
    }
  | {
      readonly kind: 'deferred';
      readonly reply: string;
      readonly enhanced: string | null;
      readonly stage: TransmitStage;
      /** The final dot went out and its reply was lost: the peer may have the mail. */
      readonly uncertain: boolean;
      /** No connection came about: nobody listens there, or the way is closed. */
      readonly unreachable?: boolean;
      readonly tls: TlsFacts | null;
    }
  | {
      readonly kind: 'rejected';
      readonly reply: string;
      readonly enhanced: string | null;
      readonly stage: TransmitStage;
      readonly tls: TlsFacts | null;
    };

export interface TransmitHooks {
  /** Runs before a new connection is opened; not where an open one is used again. */
  onConnecting?(): void;
  /** Asked when all content has been written; false drops the connection instead of ending the mail. */
  beforeDot?(): Promise<boolean>;
  /** Runs when the final dot has been handed to the socket. */
  onDotSent?(): void;
}

export interface ClientTimeouts {
  /** TCP. */
  readonly connectMs: number;
  /** Greeting, EHLO, STARTTLS and AUTH together (RFC 5321 section 4.5.3.2: five minutes). */
  readonly sessionMs: number;
  /** MAIL and RCPT: five minutes. */
  readonly envelopeMs: number;
  /** DATA until 354: two minutes. */
  readonly dataMs: number;
  /** One block of content: three minutes. */
  readonly blockMs: number;
  /** The final dot: ten minutes. */
  readonly dotMs: number;
}

export const defaultClientTimeouts: ClientTimeouts = {
  connectMs: 10_000,
  sessionMs: 300_000,
  envelopeMs: 300_000,
  dataMs: 120_000,
  blockMs: 180_000,
  dotMs: 600_000,
};
