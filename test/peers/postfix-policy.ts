/** A policy service for Postfix's `check_policy_service` (its SMTPD_POLICY_README): asks `decide` for each recipient. */
import net from 'node:net';
import type { AddressInfo } from 'node:net';

export interface PostfixPolicy {
  readonly port: number;
  stop(): Promise<void>;
}

/** `decide`: an action as in an access table of Postfix; `DUNNO` leaves it to the next restriction. */
export async function startPostfixPolicy(decide: (recipient: string) => string): Promise<PostfixPolicy> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let asked = '';
    socket.on('data', (piece: Buffer) => {
      asked += piece.toString('utf8');
      for (let end = asked.indexOf('\n\n'); end >= 0; end = asked.indexOf('\n\n')) {
        const recipient = /^recipient=(.*)$/mu.exec(asked.slice(0, end))?.[1] ?? '';
        asked = asked.slice(end + 2);
        socket.write(`action=${decide(recipient)}\n\n`);
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
