/** Stands between two peers, passes every octet on as it comes, and keeps what each of them said. */
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface TappedConnection {
  /** What the one who connected sent. */
  readonly fromClient: Buffer;
  readonly fromServer: Buffer;
  /** The pieces of `fromClient` as they came. */
  readonly clientPieces: readonly Buffer[];
}

export interface WireTap {
  readonly port: number;
  /** In the order they were opened. */
  readonly connections: readonly TappedConnection[];
  stop(): Promise<void>;
}

/** `targetPort` is asked for each connection. */
export async function startWireTap(targetPort: () => number): Promise<WireTap> {
  const recordings: Recording[] = [];
  const sockets = new Set<Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const target = net.connect({ host: '127.0.0.1', port: targetPort(), allowHalfOpen: true });
    const recording = new Recording();
    recordings.push(recording);
    const pairs: [Socket, Socket, Buffer[]][] = [
      [client, target, recording.clientPieces],
      [target, client, recording.serverPieces],
    ];
    for (const [from, to, pieces] of pairs) {
      sockets.add(from);
      from.on('data', (piece: Buffer) => pieces.push(piece));
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: recordings,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

class Recording implements TappedConnection {
  readonly clientPieces: Buffer[] = [];
  readonly serverPieces: Buffer[] = [];

  get fromClient(): Buffer {
    return Buffer.concat(this.clientPieces);
  }

  get fromServer(): Buffer {
    return Buffer.concat(this.serverPieces);
  }
}
