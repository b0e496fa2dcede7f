/** A TCP proxy that cuts a connection, with a reset on both sides, after so many bytes in one direction. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Cut {
  readonly direction: 'to-server' | 'to-client';
  readonly afterBytes: number;
}

export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** The next connection gets the first of them; where there is none it is let through. */
  readonly cuts: Cut[] = [];
  /** How many connections were cut. */
  made = 0;

  private constructor(targetPort: () => number) {
    this.#server = createServer((client) => this.#join(client, connect(targetPort(), '127.0.0.1')));
  }

  static async listen(targetPort: () => number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, server: Socket): void {
    const cut = this.cuts.shift() ?? null;
    const end = (): void => {
      this.made += 1;
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    for (const [from, to, direction] of [
      [client, server, 'to-server'],
      [server, client, 'to-client'],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      let left = cut?.direction === direction ? cut.afterBytes : Infinity;
      if (left === 0) from.once('readable', end);
      from.on('data', (bytes: Buffer) => {
        to.write(bytes.subarray(0, Math.min(bytes.length, left)));
        left -= bytes.length;
        // What was let through arrives before the reset does.
        if (left <= 0) setTimeout(end, 1);
      });
    }
  }
}
