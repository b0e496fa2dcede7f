/** R27: a domain whose servers hang or are gone keeps no mail to another one waiting, and nothing of it is silent. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';

import { NetworkList } from '#src/base/network-list.ts';
import { startTestDns, type TestDns } from '#test/peers/dns.ts';
import { startSmtpSink, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const MANY = 40;
/** Last octets of addresses where nobody listens. */
const GONE = [32, 33, 34, 35];
const cleanUp = new CleanUpLater();
let world: GatewayWithSinks;
let hanging: SmtpSink;
let good: SmtpSink;

before(async () => {
  const port = await freePort();
  hanging = await startSmtpSink({
    address: '127.0.0.21',
    port,
    behaviour: { answer: () => ({ do: 'nothing' }) },
  });
  cleanUp.after(() => hanging.stop());
  good = await startSmtpSink({ address: '127.0.0.22', port });
  cleanUp.after(() => good.stop());
  const dns: TestDns = await startTestDns({
    'slow.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.21'] },
    'good.test': { records: ['@ MX 10 mx', 'mx A 127.0.0.22'] },
    ...Object.fromEntries(
      [31, ...GONE].map((last) => [`dead${last}.test`, { records: ['@ MX 10 mx', `mx A 127.0.0.${last}`] }]),
    ),
  });
  cleanUp.after(() => dns.stop());
  world = await startGatewayWithSinks(cleanUp, {
    nextHop: 'mx',
    network: { port, refused: new NetworkList([]) },
    toml: { delivery: `resolvers = ["${dns.resolver.address}:${dns.resolver.port}"]` },
  });
});

after(async () => {
  await hanging.stop();
  await cleanUp.run();
});

function manyAt(domain: string): string[] {
  return Array.from({ length: MANY }, (_, i) => `r${i}@${domain}`);
}

function attempted(domain: string): number {
  return world.rows('select id from deliveries where domain = ? and attempts > 0', domain).length;
}

suite('one domain among others', () => {
  test('that hangs gets a few connections, and others their mail meanwhile', async () => {
    await world.accept({ recipients: manyAt('slow.test') });
    await eventually('connected', () => hanging.connections >= 10);
    for (let i = 0; i < 5; i++) await world.accept({ recipients: [`jane${i}@good.test`] });
    await good.waitForMails(5);
    assert.equal(hanging.connections, 10);
    const claimed = "select id from deliveries where domain = 'slow.test' and leaseOwner is not null";
    await eventually('nothing claimed that can not begin', () => world.rows(claimed).length <= 10);
    assert.equal(attempted('slow.test'), 0);
  });

  test('that is gone is not tried by each mail, yet each mail says why it waits', async () => {
    await world.accept({ recipients: manyAt('dead31.test') });
    await world.accept({ recipients: ['john@good.test'] });
    await good.waitForMails(6);
    await eventually('all put off', () => attempted('dead31.test') === MANY, 20_000);
    const replies = world.rows("select distinct lastReply from deliveries where domain = 'dead31.test'");
    assert.deepEqual(
      replies.map(({ lastReply }) => lastReply),
      ["can't connect: ECONNREFUSED"],
    );
    const tries = world.gateway.log.filter(({ message }) => message === 'smtp: no connection').length;
    assert.ok(tries < MANY / 2, `${tries} connections`);
  });

  test('where none answers, the log and the metrics say that port 25 seems closed, until one does', async () => {
    const said = (words: string) => world.gateway.log.some(({ message }) => message.includes(words));
    const metric = async (name: string): Promise<string | undefined> => {
      const text = await (await fetch(`${world.gateway.consoleUrl}/metrics`)).text();
      return text.split('\n').find((line) => line.startsWith(`${name} `));
    };
    for (const last of GONE) await world.accept({ recipients: [`a@dead${last}.test`] });
    await eventually('said', () => said('port 25 to the outside seems closed'));
    assert.equal(await metric('sendsecure_outside_port_closed'), 'sendsecure_outside_port_closed 1');
    await world.accept({ recipients: ['jim@good.test'] });
    await eventually('taken back', () => said('open again'));
    assert.equal(await metric('sendsecure_outside_port_closed'), 'sendsecure_outside_port_closed 0');
  });
});
