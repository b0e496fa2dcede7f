/** Networks that can't be reached from the Internet. */
import { BlockList } from 'node:net';

const PRIVATE_NETWORKS = new BlockList();
for (const [address, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  PRIVATE_NETWORKS.addSubnet(address, prefix, 'ipv4');
}
PRIVATE_NETWORKS.addAddress('::1', 'ipv6');
PRIVATE_NETWORKS.addSubnet('fc00::', 7, 'ipv6');
PRIVATE_NETWORKS.addSubnet('fe80::', 10, 'ipv6');

/** True for networks that can't be reached from the Internet (RFC 1918, RFC 4193, loopback, link-local, RFC 6598). */
export function isPrivateNetwork(network: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  // A network wider than any private block can't lie inside one.
  if (Number(prefix) < (family === 'ipv4' ? 8 : 7)) return false;
  return PRIVATE_NETWORKS.check(address, family);
}
