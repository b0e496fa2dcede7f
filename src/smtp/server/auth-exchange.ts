/**
 * The words of SASL PLAIN (RFC 4616) and LOGIN between client and server, as SMTP carries them (RFC 4954): lines in,
 * challenges or credentials out. It does not know who may sign in, and keeps nothing once it has answered.
 */
import type { SmtpReply } from './smtp-transaction.ts';

export type AuthMechanism = 'PLAIN' | 'LOGIN';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export type ExchangeStep =
  /** Base64, as it goes on the wire. */
  | { readonly kind: 'challenge'; readonly text: string }
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  | { readonly kind: 'refused'; readonly reply: SmtpReply };

const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/u;
const CONTROL = /\p{Cc}/u;
const MAX_USER_CHARACTERS = 255;
const ASK_USER = Buffer.from('Username:').toString('base64');
const ASK_PASSWORD = Buffer.from('Password:').toString('base64');

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export class AuthExchange {
  readonly #mechanism: AuthMechanism;
  #user: string | null = null;

  constructor(mechanism: AuthMechanism) {
    this.#mechanism = mechanism;
  }

  /** `initial`: what came with the command; null where nothing did. */
  begin(initial: string | null): ExchangeStep {
    if (initial !== null) return this.answer(initial === '=' ? '' : initial);
    return { kind: 'challenge', text: this.#mechanism === 'PLAIN' ? '' : ASK_USER };
  }

  answer(line: string): ExchangeStep {
    if (line === '*') return refused(501, '5.7.0', 'Authentication was cancelled');
    const text = decode(line);
    if (text === null) return refused(501, '5.5.2', 'This is not what the mechanism asks for');
    return this.#mechanism === 'PLAIN' ? readPlain(text) : this.#readLogin(text);
  }

  #readLogin(text: string): ExchangeStep {
    if (this.#user === null) {
      this.#user = text;
      return { kind: 'challenge', text: ASK_PASSWORD };
    }
    return credentials(this.#user, text);
  }
}

/** authorisation identity NUL user NUL password; acting for somebody else is not offered. */
function readPlain(text: string): ExchangeStep {
  const [actingFor, user, password, ...more] = text.split('\0');
  if (actingFor === undefined || user === undefined || password === undefined || more.length > 0)
    return refused(501, '5.5.2', 'This is not what the mechanism asks for');
  if (actingFor !== '' && actingFor !== user)
    return refused(535, '5.7.8', 'Nobody may act for somebody else here');
  return credentials(user, password);
}

function credentials(user: string, password: string): ExchangeStep {
  if (user === '' || user.length > MAX_USER_CHARACTERS || CONTROL.test(user) || password.includes('\0'))
    return refused(501, '5.5.2', 'This is not what the mechanism asks for');
  return { kind: 'credentials', credentials: { user, password } };
}

/** Strict: what two decoders would read differently is nothing. */
function decode(line: string): string | null {
  if (!BASE64.test(line)) return null;
  try {
    return strictUtf8.decode(Buffer.from(line, 'base64'));
  } catch {
    return null;
  }
}

function refused(code: number, enhanced: string, text: string): ExchangeStep {
  return { kind: 'refused', reply: { code, enhanced, text } };
}
