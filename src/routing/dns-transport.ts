/**
 * One question to one resolver and back: over UDP from a fresh port of the system's choice, so that an answer can't
 * be forged by guessing (RFC 5452), and over TCP where the answer does not fit (RFC 7766).
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';

import { errorCode } from '#src/base/coded-error.ts';

export interface ResolverAddress {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

/** Looks at octets that came in: a value ends the exchange, null keeps it waiting. */
export type AnswerReader<T> = (bytes: Buffer) => T | null;

export class DnsExchangeFailure extends Error {}

/** Rejects with DnsExchangeFailure. */
export function exchangeOverUdp<T>(
  resolver: ResolverAddress,
  query: Buffer,
  timeoutMs: number,
  read: AnswerReader<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const socket = createSocket(isIPv6(resolver.address) ? 'udp6' : 'udp4');
  const timer = setTimeout(() => reject(new DnsExchangeFailure('no answer in time')), timeoutMs);
  const fail = (error: Error): void => reject(new DnsExchangeFailure(`resolver: ${errorCode(error)}`));
  socket.on('error', fail);
  socket.on('message', (bytes) => {
    const value = read(bytes);
    if (value !== null) resolve(value);
  });
  // A connected socket takes datagrams from this resolver only, and hears that nobody listens there.
  socket.connect(resolver.port, resolver.address, () => {
    socket.send(query, (error) => {
      if (error !== null) fail(error);
    });
  });
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

/** Rejects with DnsExchangeFailure. */
export function exchangeOverTcp<T>(
  resolver: ResolverAddress,
  query: Buffer,
  timeoutMs: number,
  read: AnswerReader<T>,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const socket = connect({ host: resolver.address, port: resolver.port });
  const timer = setTimeout(() => reject(new DnsExchangeFailure('no answer in time')), timeoutMs);
  let received: Buffer = Buffer.alloc(0);
  socket.on('connect', () => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
  socket.on('data', (bytes) => {
    // A message has at most 65,535 octets, and only one was asked for.
    received = Buffer.concat([received, bytes]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const value = read(received.subarray(2, 2 + received.readUInt16BE(0)));
    if (value === null) reject(new DnsExchangeFailure('malformed answer'));
    else resolve(value);
  });
  socket.on('error', (error) => reject(new DnsExchangeFailure(`resolver: ${errorCode(error)}`)));
  socket.on('close', () => reject(new DnsExchangeFailure('connection closed')));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}
