/**
 * S19, S63: what a mail or an answer holds can't end it on its way out. The sixteen forms of an end of data that is
 * none, in bodies of every transfer encoding, in a subject, and in what a recipient types on the site; long lines.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { startFakeClamd } from '#test/peers/fake-clamd.ts';
import { isCleanOnTheWire, readEndOfDataForms } from '#test/support/end-of-data-forms.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';

const forms = readEndOfDataForms();
const SMUGGLED = 'MAIL FROM:<smuggled@evil.example>';

/** A mail with the form in a text and in attachments of each identity encoding, and encoded in fields. */
function mailWith(form: Buffer): string {
  const raw = form.toString('latin1');
  const encoded = Buffer.concat([Buffer.from('a'), form, Buffer.from('b')]).toString('base64');
  const part = (encoding: string): string[] => [
    '--b',
    `Content-Type: ${encoding === '7bit' ? 'text/plain' : 'application/octet-stream'}`,
    `Content-Transfer-Encoding: ${encoding}`,
    `Content-Disposition: attachment; filename="=?utf-8?B?${encoded}?="`,
    '',
    `${encoding}${raw}${SMUGGLED}`,
    raw,
  ];
  return [
    'From: ann.lee@hospital.test',
    'To: jane@outside.example',
    `Subject: =?utf-8?B?${encoded}?=`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...['7bit', '8bit', 'binary'].flatMap(part),
    '--b--',
    '',
  ].join('\r\n');
}

const repaired = (text: string): string => text.replaceAll('\0', '').replaceAll(/\r\n|[\r\n]/gu, '\r\n');

/** From the first field that was submitted on: the gateway's own stand before it. */
const asSubmitted = (bytes: Buffer): string => {
  const text = bytes.toString('latin1');
  return text.slice(text.indexOf('From: ann.lee@hospital.test'));
};

describe('octets on their way out', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    const clamd = await startFakeClamd();
    cleanUp.after(() => clamd.stop());
    world = await startGatewayWithSinks(cleanUp, {
      toml: {
        antivirus: `clamd = "tcp://127.0.0.1:${clamd.port}"`,
        smtp: 'normaliseLineEndings = ["127.0.0.1/32"]',
        delivery: 'bounceDomain = "bounces.hospital.test"',
      },
    });
  });
  after(cleanUp.run);

  it('S19: a relayed mail leaves as it came, with line ends that are repaired and dots that are doubled', async () => {
    for (const { id, raw } of forms) {
      const to = `${id.toLowerCase()}@outside.example`;
      const mail = mailWith(raw);
      await world.accept({ recipients: [to], mail: Buffer.from(mail, 'latin1') });
      const [relayed] = await world.waitFor('outside', (arrived) => arrived.to === to);
      assert.ok(relayed !== undefined && isCleanOnTheWire(relayed.wire.bytes), id);
      assert.equal(asSubmitted(relayed.bytes), repaired(mail), id);
    }
    assert.equal(world.outside.mails.length, forms.length);
    assert.ok(!world.outside.commands.some((line) => line.includes('smuggled')));
  });

  it('S19: without that setting such a mail is refused, or leaves octet for octet', async (t) => {
    const strict = await startGatewayWithSinks(t);
    for (const { id, raw, bare } of forms) {
      const to = `${id.toLowerCase()}@outside.example`;
      const mail = mailWith(raw);
      const { final } = await strict.submit({ recipients: [to], mail: Buffer.from(mail, 'latin1') });
      assert.match(final, bare ? /^554 5\.6\.0 / : /^250 /u, id);
      if (bare) continue;
      const [relayed] = await strict.waitFor('outside', (arrived) => arrived.to === to);
      assert.ok(relayed !== undefined && isCleanOnTheWire(relayed.wire.bytes), id);
      assert.equal(asSubmitted(relayed.bytes), mail, id);
    }
    assert.equal(strict.outside.mails.length, forms.filter(({ bare }) => !bare).length);
  });

  it('S63: lines as long as the protocol allows leave as they came, without a cut in a character', async () => {
    for (const octets of [998, 999, 1_000]) {
      const to = `line${octets}@outside.example`;
      const line = `${'x'.repeat(octets % 2)}${'\u00e4'.repeat(Math.floor((octets - 2) / 2))}`;
      const mail = `From: ann.lee@hospital.test\r\nSubject: x\r\n\r\n.${line.slice(1)}\r\n${line}\r\n`;
      await world.accept({ recipients: [to], mail: Buffer.from(mail), mailParameters: 'BODY=8BITMIME' });
      const [relayed] = await world.waitFor('outside', (arrived) => arrived.to === to);
      assert.equal(asSubmitted(relayed?.bytes ?? Buffer.alloc(0)), Buffer.from(mail).toString('latin1'));
    }
  });

  it('S19 S63: an answer from the site, whatever is typed and whatever subject it answers', async () => {
    const all = Buffer.concat(forms.flatMap(({ raw }) => [raw, Buffer.from(`${SMUGGLED}|`)]));
    const subject = Buffer.concat([Buffer.from('send secure '), all]);
    const words = [];
    // An encoded word may hold 45 octets.
    for (let at = 0; at < subject.length; at += 45)
      words.push(`=?utf-8?B?${subject.subarray(at, at + 45).toString('base64')}?=`);
    const messageId = await world.accept({
      recipients: ['jane@outside.example'],
      mail: `From: ann.lee@hospital.test\r\nTo: jane@outside.example\r\nSubject: ${words.join('\r\n ')}\r\n\r\nx\r\n`,
    });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const jane = new PortalClient(world.gateway.publicUrl);
    await jane.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    await jane.open(messageId);
    const text = all.toString('utf8');
    const long = '\u00e4'.repeat(20_000);
    const { body: draft } = await jane.openDraft(messageId);
    const files = [];
    for (const [index, { raw: form }] of forms.slice(0, 8).entries()) {
      const name = `${index}${forms[index + 8]?.raw.toString('utf8') ?? ''}${form.toString('utf8')}Bcc: x@evil.example`;
      const content = Buffer.concat([form, Buffer.from(`${SMUGGLED}\r\n`), form]);
      files.push({ id: await jane.attach(messageId, draft, content), name, type: form.toString('latin1') });
    }
    const typedText = `${text}\n${long}\n.\nFrom here`;
    await jane.saveDraft(messageId, draft, { version: 1, text: typedText, files });
    assert.equal((await jane.sendDraft(messageId, draft)).status, 200);
    const [reply] = await world.waitFor('inside', (mail) => mail.field('X-SendSecure-Reply') === 'portal');
    assert.ok(reply !== undefined && isCleanOnTheWire(reply.wire.bytes));
    const raw = reply.bytes.toString('latin1');
    assert.ok(raw.split('\r\n').every((line) => line.length <= 998));
    assert.doesNotMatch(raw, /[^\t\r\n\x20-\x7e]/u);
    const [header = ''] = raw.split('\r\n\r\n', 1);
    assert.doesNotMatch(header, /^(?:mail|bcc|\.)/imu);
    assert.doesNotMatch(raw, /^bcc:/imu);
    assert.equal(raw.match(/^Content-Disposition: attachment; filename/gmu)?.length, files.length);
    const typed = text.replaceAll('\0', '').replaceAll(/\r\n?/gu, '\n');
    assert.ok(reply.text.replaceAll('\r\n', '\n').includes(`${typed}\n${long}\n.\nFrom here`));
    for (const mail of [...world.outside.mails, ...world.inside.mails])
      assert.ok(isCleanOnTheWire(mail.bytes));
    const said = [...world.outside.commands, ...world.inside.commands];
    assert.ok(!said.some((line) => line.includes('smuggled')));
  });
});
