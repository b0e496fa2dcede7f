/** What is too large to be secured goes back to its author in plain words; it never leaves as it is. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const KIB = 1024;
// Smaller limits than the real ones, at the same borders: 1 MiB in all, 0.75 MiB an attachment.
const MESSAGE_BYTES = 1024 * KIB;
const ATTACHMENT_BYTES = 768 * KIB;

/** A mail whose parts have these decoded sizes; the first is its text. */
function mailWith(subject: string, textBytes: number, attachments: readonly number[]): string {
  const base64 = (bytes: number): string =>
    Buffer.alloc(bytes, 0x5a).toString('base64').replaceAll(/.{76}/gu, '$&\r\n');
  const parts = [textBytes, ...attachments].map((bytes, i) =>
    [
      '--b',
      i === 0 ? 'Content-Type: text/plain' : `Content-Type: application/pdf; name="scan${i}.pdf"`,
      ...(i === 0 ? [] : ['Content-Disposition: attachment']),
      'Content-Transfer-Encoding: base64',
      '',
      base64(bytes),
    ].join('\r\n'),
  );
  return [
    'From: ann.lee@hospital.test',
    `Subject: ${subject}`,
    `Message-ID: <${crypto.randomUUID()}@hospital.test>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...parts,
    '--b--',
    '',
  ].join('\r\n');
}

describe('too large to be secured', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      toml: { limits: 'secureMessageMB = 1\nsecureAttachmentMB = 0.75' },
    });
  });
  after(cleanUp.run);

  const sendTo = (recipients: readonly string[], mail: string) => world.submit({ recipients, mail });

  it('refuses after DATA where every recipient fails for it', async () => {
    const tooLong = mailWith('send secure', 10, [500 * KIB, 600 * KIB]);
    assert.match((await sendTo(['a@outside.example', 'b@outside.example'], tooLong)).final, /^552 5\.3\.4 /u);
    const tooLongAttachment = mailWith('send secure', 10, [ATTACHMENT_BYTES + 1]);
    assert.match((await sendTo(['a@outside.example'], tooLongAttachment)).final, /^552 5\.3\.4 /u);
    assert.deepEqual(world.summary('outside'), []);
  });

  it('counts decoded bytes, to the byte', async () => {
    const fits = mailWith('send secure', MESSAGE_BYTES - ATTACHMENT_BYTES, [ATTACHMENT_BYTES]);
    assert.match((await sendTo(['fits@outside.example'], fits)).final, /^250 /u);
    const over = mailWith('send secure', MESSAGE_BYTES - ATTACHMENT_BYTES + 1, [ATTACHMENT_BYTES]);
    assert.match((await sendTo(['over@outside.example'], over)).final, /^552 /u);
    const [notice] = await world.waitFor('outside', ({ to }) => to === 'fits@outside.example');
    assert.equal(notice?.kind, 'notice');
  });

  it('accepts for whom it can serve, and returns for the others in plain words', async () => {
    const mail = mailWith('send secure', 10, [ATTACHMENT_BYTES + 1]);
    assert.match((await sendTo(['eve@hospital.test', 'big@outside.example'], mail)).final, /^250 /u);
    const [inside] = await world.waitFor('inside', ({ to }) => to === 'eve@hospital.test');
    assert.equal(inside?.kind, 'relay');
    const [returned] = await world.waitFor(
      'inside',
      ({ kind, text }) => kind === 'returned' && text.includes('big@outside.example'),
    );
    assert.equal(returned?.to, 'ann.lee@hospital.test');
    assert.match(returned?.text ?? '', /Limit:\s+0\.8 MB/u, 'names the limit');
    assert.ok(!returned?.text.includes('scan1.pdf'), 'no name of a file');
    await world.settled();
    assert.equal(world.at('outside', ({ to }) => to === 'big@outside.example').length, 0);
  });

  it('does not ask the author of a near miss that could not be secured afterwards', async () => {
    const mail = mailWith('sned secure', 10, [ATTACHMENT_BYTES + 1]);
    assert.match((await sendTo(['near@outside.example'], mail)).final, /^552 /u);
  });

  it('relays a plain mail of any size up to SIZE', async () => {
    const mail = mailWith('lunch', 10, [1500 * KIB, 1500 * KIB]);
    assert.match((await sendTo(['large@outside.example'], mail)).final, /^250 /u);
    const [relayed] = await world.waitFor('outside', ({ to }) => to === 'large@outside.example');
    assert.ok((relayed?.bytes.length ?? 0) > 4_000 * KIB);
    assert.ok(relayed?.bytes.toString('latin1').endsWith(mail.slice(mail.indexOf('\r\n\r\n'))));
  });
});
