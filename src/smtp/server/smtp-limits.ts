/** The limits of the receiving side, with the sections that set them. Times in milliseconds. */
export interface SmtpLimits {
  /** Connections from one address at a time; the next is answered 421 4.7.0. */
  readonly connectionsPerAddress: number;
  /** Connections in all; the next is answered 421 4.3.2. */
  readonly connections: number;
  /** Bad commands after which a session is ended. */
  readonly badCommands: number;
  /** Octets of a content line with its CR LF (RFC 5321 section 4.5.3.1.6). Longer ones are refused. */
  readonly maxLineOctets: number;
  /** Silence, or one command or message drawn out (RFC 5321 section 4.5.3.2.7: at least five minutes). */
  readonly idleMs: number;
  /** The same when four fifths of all connections are taken. */
  readonly idleUnderLoadMs: number;
  readonly handshakeMs: number;
  /** How long a load balancer may take to say whom it passes on. */
  readonly proxyHeaderMs: number;
  /** Wrong passwords in one session before it is ended. */
  readonly authFailures: number;
  /** The first wrong password is answered after this time, the second after twice it, and so on. */
  readonly authFailureDelayMs: number;
  /** How often drawn-out sessions are looked for. */
  readonly sweepMs: number;
}

export const defaultSmtpLimits: SmtpLimits = {
  connectionsPerAddress: 50,
  connections: 1_000,
  badCommands: 20,
  maxLineOctets: 1_000,
  idleMs: 300_000,
  idleUnderLoadMs: 10_000,
  handshakeMs: 30_000,
  proxyHeaderMs: 5_000,
  authFailures: 3,
  authFailureDelayMs: 1_000,
  sweepMs: 5_000,
};

/** RFC 5321 section 4.5.3.1.4: a command line has 512 octets with its CR LF. */
const COMMAND_OCTETS = 512;
/** SIZE 26 (RFC 1870), BODY 17 (RFC 6152), SMTPUTF8 10 (RFC 6531), RET and ENVID 9 and 107 (RFC 3461), REQUIRETLS 11 (RFC 8689), AUTH 500 (RFC 4954). */
const MAIL_OCTETS = COMMAND_OCTETS + 26 + 17 + 10 + 9 + 107 + 11 + 500;
/** NOTIFY 29 and ORCPT 507 (RFC 3461), and ten for addresses in UTF-8. */
const RCPT_OCTETS = COMMAND_OCTETS + 29 + 507 + 10;

/** A line of an authentication exchange, its CR LF included (RFC 4954 section 4). */
export const AUTH_OCTETS = 12_288;

/** What the reader keeps of a command line before it gives up on the session. */
export const READABLE_COMMAND_OCTETS = 2_048;

/** The greatest length of a command line, its CR LF included. */
export function maxCommandOctets(verb: string): number {
  if (verb === 'MAIL') return MAIL_OCTETS;
  return verb === 'RCPT' ? RCPT_OCTETS : COMMAND_OCTETS;
}
