/**
 * nodemailer's connection (10.6.0, pinned: this rests on its inner methods, and a test notices if they go), believing
 * less of what it reads: as it is, it takes `25O` and `250-` followed by `550` for success, and forgets octets that
 * were injected behind the reply to STARTTLS.
 */
import type { Socket } from 'node:net';

import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection';

import { ReplyGuard } from './reply.ts';
import { keepStapledStatus } from './tls-requirements.ts';

interface NodemailerInternals {
  _socket: Socket;
  _remainder: string;
  _responseQueue: string[];
  _responseActions: ((reply: string) => void)[];
  _ehloLines?: string[];
  _onData(chunk: Buffer): void;
  _onError(error: Error, type: string, reply: string | false, command: string): void;
  _upgradeConnection(callback: (error: Error | null) => void): void;
  _actionSTARTTLS(reply: string): void;
}

/** What nodemailer adds to an error. */
export type NodemailerError = Error & { response?: string; command?: string };

const NodemailerConnection = SMTPConnection as unknown as new (
  options: SMTPConnectionOptions,
) => SMTPConnection & NodemailerInternals;

export class StrictConnection extends NodemailerConnection {
  readonly #replies = new ReplyGuard();

  override _onData(chunk: Buffer): void {
    const problem = this.#replies.inspect(chunk);
    if (problem === null) super._onData(chunk);
    else this._onError(new Error(problem), 'EPROTOCOL', false, 'CONN');
  }

  override _actionSTARTTLS(reply: string): void {
    // Only 220 starts a handshake (RFC 3207 section 4); other replies that begin with 2 are not an answer to it.
    if (reply.startsWith('2') && !reply.startsWith('220'))
      this._onError(new Error('wrong reply to STARTTLS'), 'EPROTOCOL', reply, 'STARTTLS');
    else super._actionSTARTTLS(reply);
  }

  override _upgradeConnection(callback: (error: Error | null) => void): void {
    // What came in plaintext behind the 220 may be an attacker's; a peer in order sends nothing there.
    if (this._remainder !== '' || this._responseQueue.length > 0)
      this._onError(new Error('octets after the reply to STARTTLS'), 'ETLS', false, 'STARTTLS');
    else {
      super._upgradeConnection(callback);
      keepStapledStatus(this._socket);
    }
  }
}
