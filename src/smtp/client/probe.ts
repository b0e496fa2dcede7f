/**
 * Looks at a next hop without a mail: connects, says EHLO and STARTTLS, checks what the hop demands, and says goodbye.
 * No MAIL command is ever sent.
 */
import { ConnectionFailure, RelayConnection } from './relay-connection.ts';
import { defaultClientTimeouts } from './transmit.ts';
import type { NextHop, TlsFacts } from './transmit.ts';

export type HopProbe =
  /** The hop gave what it was asked for; `tls` null where that is nothing. */
  | { readonly kind: 'fits'; readonly tls: TlsFacts | null }
  /** `tls`: it answers, and does not prove who it is; `connect`: it does not answer as a mail server. */
  | { readonly kind: 'failed'; readonly stage: 'connect' | 'tls'; readonly why: string };

/** Nobody waits for a mail here, and a slow server is looked at again later. */
const SESSION_MS = 30_000;

/** Whatever the peer does is a value. */
export async function probeHop(hop: NextHop, helloName: string): Promise<HopProbe> {
  try {
    const timeouts = { ...defaultClientTimeouts, sessionMs: SESSION_MS };
    const connection = await RelayConnection.open(hop, helloName, timeouts);
    const { tls } = connection;
    connection.quit();
    return { kind: 'fits', tls };
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error;
    return { kind: 'failed', stage: error.stage, why: error.message };
  }
}
