/**
 * smtp-server with our sessions instead of its own, and with what it may offer. Implicit TLS is a handshake that the
 * session itself begins, so that its limits hold from the first octet. TLS sessions are not resumed: a resumed one
 * would bring a certificate that nobody has verified again (RFC 5246 appendix F.1.4, RFC 8446 section 2.2).
 */
import { constants } from 'node:crypto';
import type { Socket } from 'node:net';

import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

import { MECHANISMS } from './auth-connection.ts';
import type { GatewayConnection } from './gateway-connection.ts';
import type { SmtpLimits } from './smtp-limits.ts';
import type { SmtpServerOptions, SmtpServerTls } from './smtp-server.ts';

const NEVER_OFFERED = ['HELP', 'WIZ', 'SHELL', 'KILL', 'XCLIENT', 'XFORWARD', 'LHLO'];

export class SessionServer extends SMTPServer {
  readonly #accept: (socket: Socket) => void;

  constructor(options: SmtpServerOptions, limits: SmtpLimits, accept: (socket: Socket) => void) {
    super({
      name: options.hostname,
      size: options.maxMessageBytes,
      heloResponse: '%s',
      logger: false,
      disableReverseLookup: true,
      socketTimeout: limits.idleMs,
      hideDSN: false,
      hideENHANCEDSTATUSCODES: false,
      hideREQUIRETLS: options.offersRequireTls !== true,
      authOptional: true,
      authMethods: [...MECHANISMS],
      disabledCommands: [
        ...NEVER_OFFERED,
        ...(options.authenticator === undefined ? ['AUTH'] : []),
        ...(options.tls === undefined ? ['STARTTLS'] : []),
      ],
      ...tlsOptions(options),
    });
    this.#accept = accept;
  }

  override connect(socket: Socket): void {
    this.#accept(socket);
  }

  /** Lets a session speak. */
  begin(connection: GatewayConnection): void {
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.init();
  }
}

function tlsOptions({ tls, implicitTls }: SmtpServerOptions): SMTPServerOptions {
  return {
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET,
    ...(implicitTls === true && { secure: true, needsUpgrade: true }),
    ...(tls !== undefined && certificateOptions(tls)),
  };
}

/** A client is asked for its certificate, and served without one as well. */
export function certificateOptions({ cert, key, clientAnchors }: SmtpServerTls): SMTPServerOptions {
  return {
    cert,
    key,
    ca: clientAnchors === undefined ? undefined : [...clientAnchors],
    requestCert: clientAnchors !== undefined,
    rejectUnauthorized: false,
  };
}
