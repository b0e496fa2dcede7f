/** A list of networks (`10.0.0.0/8`, `2001:db8::/32`) that an address is looked up in. */
import { BlockList, isIP } from 'node:net';

export class NetworkList {
  readonly #list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', prefix] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      this.#list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }

  /** IPv4 addresses mapped into IPv6 (`::ffff:10.0.0.1`), as dual-stack sockets give them, count as IPv4. */
  has(address: string): boolean {
    const plain =
      address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

const LOOPBACK = new NetworkList(['127.0.0.0/8', '::1/128']);

/** Whether an address is of this machine itself. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.has(address);
}
