/** Hostile and broken resolvers: whatever they send, the result is a value, in time. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { decode, encode, streamEncode } from 'dns-packet';
import type { Answer, DecodedPacket, Packet } from 'dns-packet';

import { createDnsClient } from './dns-client.ts';
import type { ResolverAddress } from './dns-transport.ts';

type Reaction = (query: DecodedPacket, bytes: Buffer) => readonly Buffer[];

const AUTHENTIC = 1 << 5;
const TRUNCATED = 1 << 9;

/** Answers over UDP as told, and over TCP with the given octets. */
async function startResolver(t: TestContext, react: Reaction, overTcp?: Reaction): Promise<ResolverAddress> {
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      for (const answer of overTcp?.(decode(bytes.subarray(2)), bytes) ?? []) socket.write(answer);
      if (overTcp === undefined) socket.destroy();
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const udp = createSocket('udp4');
  udp.on('message', (bytes, { port, address }) => {
    for (const answer of react(decode(bytes), bytes)) udp.send(answer, port, address);
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  t.after(() => {
    udp.close();
    tcp.close();
  });
  return { address: '127.0.0.1', port };
}

function respond(query: DecodedPacket, packet: Packet, flags = 0): Buffer {
  return encode({
    type: 'response',
    id: query.id ?? 0,
    flags: (1 << 8) | (1 << 7) | flags,
    questions: query.questions ?? [],
    ...packet,
  });
}

function address(name: string, data: string): Answer {
  return { type: 'A', name, ttl: 60, class: 'IN', data };
}

function clientOf(...resolvers: ResolverAddress[]) {
  return createDnsClient({ resolvers, timeoutMs: 150, rounds: 1 });
}

test('an answer with the AD bit is proven, one without is not', async (t) => {
  for (const [flags, secure] of [
    [AUTHENTIC, true],
    [0, false],
  ] as const) {
    const resolver = await startResolver(t, (query) => [
      respond(query, { answers: [address('MX.test', '192.0.2.1')] }, flags),
    ]);
    assert.deepEqual(await clientOf(resolver).query('mx.test', 'A'), {
      kind: 'answer',
      records: ['192.0.2.1'],
      name: 'mx.test',
      secure,
      ttlSeconds: 60,
    });
  }
});

test('the question asks for proof and leaves room', async (t) => {
  let asked: DecodedPacket | null = null;
  const resolver = await startResolver(t, (query) => {
    asked = query;
    return [respond(query, {})];
  });
  await clientOf(resolver).query('mx.test', 'TLSA');
  const query = asked as DecodedPacket | null;
  assert.equal(query?.flag_ad, true);
  assert.equal(query.flag_rd, true);
  assert.equal(query.flag_cd, false);
  const [option] = query.additionals ?? [];
  assert.ok(option?.type === 'OPT' && option.flag_do && option.udpPayloadSize === 1232);
});

const NONSENSE: readonly (readonly [string, Reaction, RegExp])[] = [
  ['nothing', () => [], /in time/u],
  ['garbage', () => [Buffer.from('HTTP/1.1 200 OK\r\n\r\n')], /in time/u],
  ['an empty datagram', () => [Buffer.alloc(0)], /in time/u],
  ['a header only', (_query, bytes) => [withHeader(bytes, [1, 1, 0, 0])], /malformed/u],
  [
    'counts without records',
    (_query, bytes) => [withHeader(bytes, [1, 0xffff, 0xffff, 0xffff])],
    /malformed/u,
  ],
  [
    'a compression loop',
    (_query, bytes) => [Buffer.concat([withHeader(bytes, [1, 1, 0, 0]), questionOf(bytes), pointer(500)])],
    /malformed/u,
  ],
  [
    'a pointer to itself',
    (_query, bytes) => {
      const start = Buffer.concat([withHeader(bytes, [1, 1, 0, 0]), questionOf(bytes)]);
      return [Buffer.concat([start, pointer(start.length), Buffer.alloc(20)])];
    },
    /malformed/u,
  ],
  [
    'the wrong id',
    (query) => [
      respond({ ...query, id: (query.id ?? 0) ^ 1 }, { answers: [address('mx.test', '192.0.2.66')] }),
    ],
    /in time/u,
  ],
  [
    'another question',
    (query) => [
      respond(query, {
        questions: [{ name: 'evil.test', type: 'A', class: 'IN' }],
        answers: [address('mx.test', '192.0.2.66')],
      }),
    ],
    /in time/u,
  ],
  ['its own question', (_query, bytes) => [bytes], /in time/u],
  ['SERVFAIL', (query) => [respond(query, {}, 2)], /SERVFAIL/u],
  ['REFUSED', (query) => [respond(query, {}, 5)], /REFUSED/u],
  [
    'an address record of the wrong length',
    (query) => [withLength(respond(query, { answers: [address('mx.test', '192.0.2.1')] }), 2)],
    /malformed/u,
  ],
  [
    'too many records',
    (query) => [
      respond(query, { answers: Array.from({ length: 900 }, () => address('mx.test', '192.0.2.1')) }),
    ],
    /too many/u,
  ],
  [
    'aliases in a circle',
    (query) => [
      respond(query, {
        answers: [
          { type: 'CNAME', name: 'mx.test', ttl: 1, data: 'b.test' },
          { type: 'CNAME', name: 'b.test', ttl: 1, data: 'mx.test' },
        ],
      }),
    ],
    /aliases/u,
  ],
];

for (const [what, react, why] of NONSENSE)
  test(`a resolver that sends ${what} has failed`, async (t) => {
    const result = await clientOf(await startResolver(t, react)).query('mx.test', 'A');
    assert.equal(result.kind, 'failed', JSON.stringify(result));
    assert.match(result.why, why);
  });

test('a forged datagram before the answer changes nothing', async (t) => {
  const resolver = await startResolver(t, (query) => [
    respond({ ...query, id: (query.id ?? 0) ^ 0x55 }, { answers: [address('mx.test', '192.0.2.66')] }),
    respond(query, { answers: [address('mx.test', '192.0.2.1')] }),
  ]);
  const result = await clientOf(resolver).query('mx.test', 'A');
  assert.deepEqual(result.kind === 'answer' && result.records, ['192.0.2.1']);
});

test('records of other names are not taken', async (t) => {
  const resolver = await startResolver(t, (query) => [
    respond(query, { answers: [address('evil.test', '192.0.2.66')] }, AUTHENTIC),
  ]);
  assert.equal((await clientOf(resolver).query('mx.test', 'A')).kind, 'none');
});

test('a truncated answer is asked for again over TCP', async (t) => {
  const truncated: Reaction = (query) => [respond(query, {}, TRUNCATED)];
  const answers = Array.from({ length: 150 }, (_, i) => address('mx.test', `192.0.2.${i}`));
  const whole = await startResolver(t, truncated, (query) => {
    const bytes = streamEncode({
      type: 'response',
      id: query.id ?? 0,
      questions: query.questions ?? [],
      answers,
    });
    return [bytes.subarray(0, 1), bytes.subarray(1, 700), bytes.subarray(700)];
  });
  const result = await clientOf(whole).query('mx.test', 'A');
  assert.equal(result.kind === 'answer' && result.records.length, 150);

  const broken: readonly (Reaction | undefined)[] = [
    undefined,
    () => [Buffer.from([0, 9])],
    () => [Buffer.from([0, 1, 0])],
    (query) => [
      streamEncode({
        type: 'response',
        id: query.id ?? 0,
        flags: TRUNCATED,
        questions: query.questions ?? [],
      }),
    ],
  ];
  for (const overTcp of broken) {
    const resolver = await startResolver(t, truncated, overTcp);
    assert.equal((await clientOf(resolver).query('mx.test', 'A')).kind, 'failed');
  }
});

test('a resolver that fails is followed by the next', async (t) => {
  const silent = await startResolver(t, () => []);
  const failing = await startResolver(t, (query) => [respond(query, {}, 2)]);
  const good = await startResolver(t, (query) => [
    respond(query, { answers: [address('mx.test', '192.0.2.1')] }),
  ]);
  assert.equal((await clientOf(silent, failing, good).query('mx.test', 'A')).kind, 'answer');
  assert.equal(
    (await clientOf({ address: '127.0.0.1', port: 1 }, good).query('mx.test', 'A')).kind,
    'answer',
  );
});

test('a silent resolver is asked again, one that refuses is not', async (t) => {
  let asked = 0;
  const waking = await startResolver(t, (query) => {
    asked += 1;
    return asked === 1 ? [] : [respond(query, { answers: [address('mx.test', '192.0.2.1')] })];
  });
  const twice = createDnsClient({ resolvers: [waking], timeoutMs: 150, rounds: 2 });
  assert.equal((await twice.query('mx.test', 'A')).kind, 'answer');
  let refused = 0;
  const refusing = await startResolver(t, (query) => {
    refused += 1;
    return [respond(query, {}, 2)];
  });
  await createDnsClient({ resolvers: [refusing], timeoutMs: 150, rounds: 2 }).query('mx.test', 'A');
  assert.equal(refused, 1);
});

test('NXDOMAIN and no data are told apart, and said for how long', async (t) => {
  const authorities: Answer[] = [
    { type: 'SOA', name: 'test', ttl: 900, data: { mname: 'a', rname: 'b', minimum: 30 } },
  ];
  for (const [rcode, reason] of [
    [3, 'no-such-name'],
    [0, 'no-data'],
  ] as const) {
    const resolver = await startResolver(t, (query) => [respond(query, { authorities }, rcode | AUTHENTIC)]);
    const expected = { kind: 'none', reason, secure: true, ttlSeconds: 30 };
    assert.deepEqual(await clientOf(resolver).query('mx.test', 'MX'), expected);
  }
});

test('a name that no zone can hold is not asked for', async (t) => {
  let asked = 0;
  const resolver = await startResolver(t, () => {
    asked += 1;
    return [];
  });
  for (const name of [
    `${'x'.repeat(64)}.test`,
    `${'x.'.repeat(127)}test`,
    'a..test',
    'a b.test',
    '',
    'ä.test',
  ])
    assert.equal((await clientOf(resolver).query(name, 'A')).kind, 'none', name);
  assert.equal(asked, 0);
});

function withHeader(query: Buffer, counts: readonly number[]): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x81_80, 2);
  for (const [i, count] of counts.entries()) header.writeUInt16BE(count, 4 + i * 2);
  return header;
}

function questionOf(query: Buffer): Buffer {
  return query.subarray(12, 12 + 'mx.test'.length + 2 + 4);
}

function pointer(offset: number): Buffer {
  return Buffer.from([0xc0 | (offset >> 8), offset & 0xff]);
}

/** The last record's data cut to `length` octets. */
function withLength(message: Buffer, length: number): Buffer {
  const cut = Buffer.from(message.subarray(0, message.length - 4 + length));
  cut.writeUInt16BE(length, message.length - 6);
  return cut;
}
