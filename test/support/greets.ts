import { connect } from 'node:net';

/** True where something at the port says 220. */
export function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('data', (bytes) => {
      resolve(bytes.toString('latin1').startsWith('220'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
