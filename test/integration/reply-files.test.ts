/** Files in answers: limits, kinds, broken uploads; scanned, held while nobody scans, refused with a virus in them. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';

import { startFakeClamd, VIRUS, type FakeClamd } from '#test/peers/fake-clamd.ts';
import type { ArrivedMail } from '#test/support/arrived-mail.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient, type DraftAnswer } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';
const OMAR = 'omar@elsewhere.example';
const ANN = 'ann.lee@hospital.test';
const MIB = 1024 * 1024;

interface World {
  readonly world: GatewayWithSinks;
  readonly jane: PortalClient;
  readonly messageId: string;
}

async function startWorld(cleanUp: CleanUpLater, toml: Readonly<Record<string, string>>): Promise<World> {
  const world = await startGatewayWithSinks(cleanUp, {
    toml: { limits: 'secureMessageMB = 2\nsecureAttachmentMB = 1', ...toml },
  });
  const messageId = await world.accept({
    recipients: [JANE, OMAR],
    mail: [
      `From: "Dr. Ann Lee" <${ANN}>`,
      `To: "Jane Doe" <${JANE}>, ${OMAR}`,
      'Subject: send secure: your results',
      'Message-ID: <first@hospital.test>',
      '',
      'Please send the form.',
      '',
    ].join('\r\n'),
  });
  const [notice] = await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === JANE);
  const jane = new PortalClient(world.gateway.publicUrl);
  await jane.register(notice?.link ?? '', async () => {
    const [mail] = await world.waitFor('outside', ({ kind, to }) => kind === 'code' && to === JANE);
    return codeOf(mail?.subject ?? '');
  });
  await jane.open(messageId);
  return { world, jane, messageId };
}

const arrivedWith = (text: string) => (mail: ArrivedMail) =>
  mail.field('X-SendSecure-Reply') === 'portal' && mail.bytes.includes(text);
const written = (text: string, files: readonly { id: string; name: string; type: string }[]) => ({
  version: 1,
  text,
  files,
});

describe('files in answers', () => {
  const cleanUp = new CleanUpLater();
  let clamd: FakeClamd;
  let world: GatewayWithSinks;
  let jane: PortalClient;
  let messageId = '';
  let draft: DraftAnswer;

  before(async () => {
    clamd = await startFakeClamd();
    cleanUp.after(() => clamd.stop());
    const antivirus = `clamd = "tcp://127.0.0.1:${clamd.port}"`;
    ({ world, jane, messageId } = await startWorld(cleanUp, { antivirus }));
  });
  after(cleanUp.run);
  beforeEach(async () => {
    clamd.says = null;
    draft = (await jane.openDraft(messageId)).body;
  });

  async function sendWith(text: string, files: readonly { name: string; content: Buffer }[]) {
    const listed = [];
    for (const { name, content } of files)
      listed.push({ id: await jane.attach(messageId, draft, content), name, type: 'application/pdf' });
    await jane.saveDraft(messageId, draft, written(text, listed));
    return jane.sendDraft(messageId, draft);
  }
  const discard = () =>
    jane.request('POST', `/api/messages/${messageId}/reply/discard`, { draftId: draft.draftId });

  it('arrive whole, after the scanner saw them, and lie in the database sealed', async () => {
    const { maxFileBytes, maxTotalBytes } = draft.uploads ?? {};
    assert.deepEqual([maxFileBytes, maxTotalBytes], [MIB, 2 * MIB]);
    // Sizes at the edges: nothing, a chunk, a group, one octet more.
    const contents = ['', 'a'.repeat(16_384), 'b'.repeat(262_144), `${'c'.repeat(262_144)}d`, 'The form'];
    const files = contents.map((text, i) => ({ name: `form ${i}.pdf`, content: Buffer.from(text) }));
    const stored = await jane.attach(messageId, draft, Buffer.from('not listed, not sent'));
    const rows = world.rows('select sealed from draft_chunks where fileId = ?', stored);
    assert.ok(!Buffer.from(rows[0]?.['sealed'] as Uint8Array).includes('not listed'));
    const sent = await sendWith('With five files.', files);
    assert.equal(sent.status, 200);
    assert.deepEqual(
      clamd.scanned.map(String),
      contents,
      'each was scanned, decoded, and nothing that is not listed',
    );
    const [mail] = await world.waitFor('inside', arrivedWith('With five files.'));
    const text = mail?.bytes.toString('latin1') ?? '';
    for (const { name, content } of files) {
      assert.ok(text.includes(`filename="${name}"`));
      assert.ok(text.replaceAll('\r\n', '').includes(content.toString('base64')));
    }
    assert.doesNotMatch(text, /not listed/u);
    assert.deepEqual(world.rows('select id from draft_files'), []);
    assert.deepEqual(world.rows('select fileId from draft_chunks'), []);
    const opened = await jane.open(String(sent.body['messageId']));
    const index = await jane.index(opened.body);
    assert.ok(JSON.stringify(index).includes('form 4.pdf'), 'the copy of who wrote it has them too');
  });

  it('survive a broken connection: the same group again is kept already, another one is refused', async () => {
    const content = Buffer.alloc(600_000, 'xyz');
    const { body } = await jane.announceFile(messageId, draft, content.length);
    const fileId = String(body['fileId']);
    const [first, second, third] = await jane.sealFile(draft, fileId, content);
    assert.ok(first && second && third);
    const put = async (number: number, group: Buffer) =>
      (await jane.putGroup(messageId, draft, fileId, number, group)).status;
    assert.deepEqual([await put(0, first), await put(0, first), await put(2, third)], [200, 200, 200]);
    const other = Buffer.from(first);
    other.writeUInt8(other.readUInt8(60) ^ 1, 60);
    assert.deepEqual([await put(0, other), await put(1, third), await put(3, first)], [422, 422, 422]);
    await jane.saveDraft(messageId, draft, written('Half.', [{ id: fileId, name: 'x.pdf', type: '' }]));
    const early = await jane.sendDraft(messageId, draft);
    assert.deepEqual([early.status, early.body['code'], early.body['file']], [422, 'file-missing', 1]);
    const again = new PortalClient(world.gateway.publicUrl);
    await again.signIn(JANE);
    const found = (await again.openDraft(messageId)).body;
    assert.deepEqual(found.files, [{ id: fileId, sizeBytes: 600_000, complete: false }]);
    await again.putGroup(messageId, found, fileId, 1, second);
    assert.equal((await again.sendDraft(messageId, found)).status, 200);
    await world.waitFor('inside', arrivedWith('Half.'));
  });

  it('are limited one by one, together and in number, as announced and as sent', async () => {
    const codeFor = async (sizeBytes: number) =>
      (await jane.announceFile(messageId, draft, sizeBytes)).body['code'];
    assert.equal(await codeFor(MIB + 1), 'file-too-large');
    assert.equal(await codeFor(-1), 'bad-request');
    assert.equal(await codeFor(MIB), undefined);
    assert.equal(await codeFor(MIB - 1), undefined);
    assert.equal(await codeFor(2), 'files-too-large');
    const [row] = world.rows('select id from draft_files order by id limit 1');
    const removed = await jane.request(
      'POST',
      `/api/messages/${messageId}/reply/files/${String(row?.['id'])}/remove`,
      { draftId: draft.draftId },
    );
    assert.equal(removed.status, 200);
    for (let i = 0; i < 19; i++) assert.equal(await codeFor(0), undefined);
    assert.equal(await codeFor(0), 'files-too-large');
    await discard();
  });

  it('of kinds that run are refused by name and by their first octets', async () => {
    for (const [name, content] of [
      ['invoice.pdf.exe', 'harmless'],
      ['invoice.pdf', 'MZ\u0090\u0000'],
      ['script', '#!/bin/sh\n'],
    ] as const) {
      const good = { name: 'good.pdf', content: Buffer.from('good') };
      const refused = await sendWith('A tool.', [good, { name, content: Buffer.from(content, 'latin1') }]);
      assert.deepEqual([refused.status, refused.body['code'], refused.body['file']], [422, 'file-type', 2]);
      await discard();
      draft = (await jane.openDraft(messageId)).body;
    }
    assert.equal(world.at('inside', arrivedWith('A tool.')).length, 0);
  });

  it('that were sealed for another place, or never came, are missing', async () => {
    const id = await jane.attach(messageId, draft, Buffer.from('one'));
    const { body } = await jane.announceFile(messageId, draft, 3);
    const moved = await jane.sealFile(draft, id, Buffer.from('one'));
    await jane.putGroup(messageId, draft, String(body['fileId']), 0, moved[0] ?? Buffer.alloc(0));
    for (const listed of [String(body['fileId']), '01JD0000000000000000000000']) {
      await jane.saveDraft(messageId, draft, written('Moved.', [{ id: listed, name: 'a.pdf', type: '' }]));
      assert.equal((await jane.sendDraft(messageId, draft)).body['code'], 'file-missing');
    }
    await discard();
  });

  it('with a virus are not sent: the writer hears which one, the audit log no name', async () => {
    const refused = await sendWith('Ill.', [
      { name: 'well.pdf', content: Buffer.from('well') },
      { name: 'secret-name.pdf', content: Buffer.from(`..${VIRUS}..`) },
    ]);
    assert.deepEqual([refused.status, refused.body['code'], refused.body['file']], [422, 'file-infected', 2]);
    const kept = (await jane.openDraft(messageId)).body;
    assert.deepEqual([kept.draftId, kept.infectedFile, kept.waiting], [draft.draftId, 2, false]);
    const [entry] = world.rows("select entry from audit_entries where event = 'reply-refused'");
    assert.match(String(entry?.['entry']), /"file":2.*Test\.Virus/u);
    assert.doesNotMatch(String(entry?.['entry']), /secret-name|Ill\./u);
    await discard();
    await world.settled();
    assert.equal(world.at('inside', arrivedWith('Ill.')).length, 0);
  });

  it('F02: wait while the scanner is down, can be taken back, and go when it is clean', async () => {
    clamd.says = 'reset';
    const held = await sendWith('Patience.', [{ name: 'a.pdf', content: Buffer.from('a form') }]);
    assert.deepEqual([held.status, held.body['messageId']], [200, null]);
    assert.equal((await jane.openDraft(messageId)).body.waiting, true);
    assert.equal((await jane.saveDraft(messageId, draft, written('x', []))).body['code'], 'reply-waits');
    assert.equal((await jane.sendDraft(messageId, draft)).body['code'], 'reply-waits');
    await world.gateway.gateway.sendWaitingReplies();
    await world.settled();
    assert.equal(world.at('inside', arrivedWith('Patience.')).length, 0);

    const path = `/api/messages/${messageId}/reply/take-back`;
    assert.equal((await jane.request('POST', path, { draftId: draft.draftId })).status, 200);
    assert.equal((await jane.sendDraft(messageId, draft)).body['messageId'], null);
    clamd.says = null;
    await Promise.all([
      world.gateway.gateway.sendWaitingReplies(),
      world.gateway.gateway.sendWaitingReplies(),
    ]);
    await world.waitFor('inside', arrivedWith('Patience.'));
    await world.settled();
    assert.equal(world.at('inside', arrivedWith('Patience.')).length, 1);
    assert.notEqual((await jane.openDraft(messageId)).body.draftId, draft.draftId);
    assert.equal(world.rows("select id from audit_entries where event = 'reply-waits'").length, 2);
  });

  it('F02: that turn out to be infected after waiting go back to their writer', async () => {
    clamd.says = 'stream: OK';
    await sendWith('Late.', [{ name: 'a.pdf', content: Buffer.from(VIRUS) }]);
    clamd.says = null;
    await world.gateway.gateway.sendWaitingReplies();
    const found = (await jane.openDraft(messageId)).body;
    assert.deepEqual([found.draftId, found.waiting, found.infectedFile], [draft.draftId, false, 1]);
    await discard();
    assert.equal(world.at('inside', arrivedWith('Late.')).length, 0);
  });

  it('that somebody with the database alone sets to be sent are not', async () => {
    clamd.says = 'reset';
    await sendWith('Forged.', [{ name: 'a.pdf', content: Buffer.from('a form') }]);
    clamd.says = null;
    world.change("update drafts set waitingMac = x'00' where waitingSince is not null");
    await world.gateway.gateway.sendWaitingReplies();
    await world.settled();
    assert.equal(world.at('inside', arrivedWith('Forged.')).length, 0);
    assert.equal((await jane.openDraft(messageId)).body.waiting, false);
    assert.equal(world.rows("select id from audit_entries where event = 'tamper-detected'").length, 1);
    await discard();
  });
});

describe('files where nobody scans', () => {
  it('are off, without a scanner and without a filter inside', async () => {
    const cleanUp = new CleanUpLater();
    try {
      const { jane, messageId } = await startWorld(cleanUp, {});
      const draft = (await jane.openDraft(messageId)).body;
      assert.equal(draft.uploads, null);
      assert.equal((await jane.announceFile(messageId, draft, 1)).body['code'], 'uploads-off');
      const listed = [{ id: 'x', name: 'a.pdf', type: '' }];
      await jane.saveDraft(messageId, draft, written('Sneaked in.', listed));
      assert.equal((await jane.sendDraft(messageId, draft)).body['code'], 'uploads-off');
    } finally {
      await cleanUp.run();
    }
  });

  it('go with a filter inside to people inside only', async () => {
    const cleanUp = new CleanUpLater();
    try {
      const { world, jane, messageId } = await startWorld(cleanUp, { replies: 'inboundFilter = true' });
      const draft = (await jane.openDraft(messageId)).body;
      const id = await jane.attach(messageId, draft, Buffer.from('a form'));
      await jane.saveDraft(messageId, draft, written('Filtered.', [{ id, name: 'a.pdf', type: '' }]));
      assert.equal((await jane.sendDraft(messageId, draft, 'all')).body['code'], 'files-outside');
      assert.equal((await jane.sendDraft(messageId, draft)).status, 200);
      await world.waitFor('inside', arrivedWith('Filtered.'));
    } finally {
      await cleanUp.run();
    }
  });
});
