/**
 * The PROXY protocol, versions 1 and 2, as a load balancer puts it before everything else on a connection: who the
 * client is that it passes on. Only read from balancers that the configuration lists; from anybody else the same
 * octets are an unknown command. Specification: haproxy.org, proxy-protocol.txt, sections 2.1 and 2.2.
 */
import { isIP, isIPv4, isIPv6, type Socket } from 'node:net';

export interface ProxiedClient {
  readonly address: string;
  readonly port: number;
}

export interface ProxyHeader {
  /** Null where the balancer speaks for itself (a health check): version 1 UNKNOWN, version 2 LOCAL. */
  readonly client: ProxiedClient | null;
  /** Octets of the header. */
  readonly length: number;
}

const V1_START = Buffer.from('PROXY ', 'latin1');
/** Version 1: 107 octets with CR LF. */
const V1_MAX_OCTETS = 107;
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED_OCTETS = 16;
/** Addresses and the extensions that balancers send; the format would allow 64 KiB. */
const V2_MAX_VARIABLE_OCTETS = 2_048;
const V2_TCP4 = 0x11;
const V2_TCP6 = 0x21;

/** The header at the beginning of `octets`; `incomplete` asks for more of them. */
export function parseProxyHeader(octets: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  if (startsLike(octets, V2_SIGNATURE)) return parseVersion2(octets);
  return startsLike(octets, V1_START) ? parseVersion1(octets) : 'invalid';
}

/**
 * Reads the header from a connection that was just accepted and leaves what follows it unread. Null where there is
 * none in time, or a wrong one: then the connection is of no use.
 */
export async function readProxyHeader(socket: Socket, timeoutMs: number): Promise<ProxyHeader | null> {
  const { promise, resolve } = Promise.withResolvers<ProxyHeader | null>();
  let octets: Buffer = Buffer.alloc(0);
  const giveUp = (): void => resolve(null);
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    octets = Buffer.concat([octets, chunk]);
    const header = parseProxyHeader(octets);
    if (header !== 'incomplete') resolve(header === 'invalid' ? null : header);
  };
  const timer = setTimeout(giveUp, timeoutMs);
  socket.on('readable', read).once('end', giveUp).once('error', giveUp).once('close', giveUp);
  const header = await promise;
  clearTimeout(timer);
  socket.off('readable', read).off('end', giveUp).off('error', giveUp).off('close', giveUp);
  if (header !== null && octets.length > header.length) socket.unshift(octets.subarray(header.length));
  return header;
}

function parseVersion1(octets: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const end = octets.indexOf('\r\n', 0, 'latin1');
  if (end < 0) return octets.length < V1_MAX_OCTETS ? 'incomplete' : 'invalid';
  const length = end + 2;
  if (length > V1_MAX_OCTETS) return 'invalid';
  const line = octets.toString('latin1', 0, end);
  if (/^PROXY UNKNOWN(?: |$)/u.test(line)) return { client: null, length };
  const [, family, source = '', destination = '', port] =
    /^PROXY (TCP[46]) (\S+) (\S+) (\d{1,5}) \d{1,5}$/u.exec(line) ?? [];
  const fits = family === 'TCP4' ? isIPv4 : isIPv6;
  if (family === undefined || !fits(source) || !fits(destination)) return 'invalid';
  return client(source, Number(port), length);
}

function parseVersion2(octets: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  if (octets.length < V2_FIXED_OCTETS) return 'incomplete';
  const command = octets.readUInt8(12);
  const family = octets.readUInt8(13);
  const variable = octets.readUInt16BE(14);
  // High half: the version. Low half: LOCAL or PROXY.
  if ((command !== 0x20 && command !== 0x21) || variable > V2_MAX_VARIABLE_OCTETS) return 'invalid';
  const length = V2_FIXED_OCTETS + variable;
  if (octets.length < length) return 'incomplete';
  if (command === 0x20) return { client: null, length };
  if (family === V2_TCP4 && variable >= 12) {
    const address = [...octets.subarray(16, 20)].join('.');
    return client(address, octets.readUInt16BE(24), length);
  }
  if (family !== V2_TCP6 || variable < 36) return 'invalid';
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(16 + 2 * index).toString(16));
  return client(groups.join(':'), octets.readUInt16BE(48), length);
}

function client(address: string, port: number, length: number): ProxyHeader | 'invalid' {
  return isIP(address) === 0 || port > 65_535 ? 'invalid' : { client: { address, port }, length };
}

function startsLike(octets: Buffer, start: Buffer): boolean {
  const common = Math.min(octets.length, start.length);
  return octets.subarray(0, common).equals(start.subarray(0, common));
}
