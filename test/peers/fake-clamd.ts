/**
 * A daemon that speaks ClamAV's INSTREAM and finds one word. It can be told to misbehave, and keeps what it was sent.
 */
import { createServer, type Socket } from 'node:net';

export const VIRUS = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*';

export interface FakeClamd {
  readonly port: number;
  /** Files in the order of arrival. */
  readonly scanned: readonly Buffer[];
  /** Said instead of a verdict; null: the truth. `hang`: nothing ever. `reset`: the connection is broken. */
  says: string | null;
  stop(): Promise<void>;
}

export async function startFakeClamd(port = 0): Promise<FakeClamd> {
  const scanned: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let sent = Buffer.alloc(0);
    socket.on('data', (piece) => {
      sent = Buffer.concat([sent, piece]);
      if (clamd.says === 'reset') {
        socket.resetAndDestroy();
        return;
      }
      const file = fileOf(sent);
      if (file === null) return;
      scanned.push(file);
      if (clamd.says === 'hang') return;
      const verdict = file.includes(VIRUS) ? 'stream: Test.Virus.UNOFFICIAL FOUND\0' : 'stream: OK\0';
      socket.end(Buffer.from(clamd.says ?? verdict, 'latin1'));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const clamd = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    scanned,
    says: null as string | null,
    async stop() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return clamd;
}

/** Null where it is not whole yet. Throws where it is not in the form of the protocol. */
function fileOf(sent: Buffer): Buffer | null {
  const command = Buffer.from('zINSTREAM\0', 'latin1');
  if (sent.length < command.length) return null;
  if (!sent.subarray(0, command.length).equals(command)) throw new Error('not INSTREAM');
  const pieces: Buffer[] = [];
  for (let at = command.length; at + 4 <= sent.length;) {
    const length = sent.readUInt32BE(at);
    if (length === 0) return Buffer.concat(pieces);
    pieces.push(sent.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return null;
}
