/** An answer written on the site: inside as ordinary mail, outside as a secure message, and back again, protected. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { encryptChunked } from '#src/sealing/chunked-encryption.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';
const OMAR = 'omar@elsewhere.example';
const BLIND = 'blind@elsewhere.example';
const ANN = 'ann.lee@hospital.test';
const BEN = 'ben.ito@hospital.test';

describe('replies', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let jane: PortalClient;
  let omar: PortalClient;
  let blind: PortalClient;
  let messageId = '';

  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      toml: { delivery: 'bounceDomain = "bounces.hospital.test"' },
    });
    messageId = await world.accept({
      recipients: [JANE, OMAR, BLIND, BEN],
      mail: [
        `From: "Dr. Ann Lee" <${ANN}>`,
        `To: "Jane Doe" <${JANE}>, ${BEN}`,
        `Cc: ${OMAR}`,
        'Subject: send secure: your results',
        'Message-ID: <first@hospital.test>',
        '',
        'See inside.',
        '',
      ].join('\r\n'),
    });
    jane = await registered(JANE);
    omar = await registered(OMAR);
    blind = await registered(BLIND);
    await Promise.all([jane, omar, blind].map((reader) => reader.open(messageId)));
  });
  after(cleanUp.run);

  async function registered(address: string): Promise<PortalClient> {
    const [notice] = await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === address);
    const reader = new PortalClient(world.gateway.publicUrl);
    await reader.register(notice?.link ?? '', async () => {
      const [mail] = await world.waitFor('outside', ({ kind, to }) => kind === 'code' && to === address);
      return codeOf(mail?.subject ?? '');
    });
    return reader;
  }

  const notices = (address: string) =>
    world.at('outside', ({ kind, to }) => kind === 'notice' && to === address);
  const hostile = 'Thank you.\r\n.\r\nMAIL FROM:<x@evil.example>\nBcc: everybody@evil.example\n\nFrom here.';

  it('reaches the author as ordinary mail, with the words as they were typed and nothing but them', async () => {
    const sent = await jane.reply(messageId, hostile);
    assert.equal(sent.status, 200);
    const [reply] = await world.waitFor('inside', (mail) => mail.field('X-SendSecure-Reply') === 'portal');
    assert.ok(reply);
    assert.deepEqual([reply.to, reply.wire.recipients.length, reply.reversePath], [ANN, 1, '']);
    assert.equal(reply.subject, 'Re: send secure: your results');
    assert.ok(reply.refersTo.includes('<first@hospital.test>'));
    assert.match(
      reply.field('From') ?? '',
      /^"Jane Doe \(jane@outside\.example\) via Send Secure" <r-\w+-\w+@bounces\.hospital\.test>$/u,
    );
    assert.match(
      reply.text,
      /Thank you\.\s+\.\s+MAIL FROM:<x@evil\.example>\s+Bcc: everybody@evil\.example/u,
    );
    assert.equal(reply.field('Bcc'), null);
    assert.doesNotMatch(reply.bytes.toString('latin1'), /127\.0\.0\.1.*jane|X-Forwarded/u);
    assert.equal(notices(JANE).length, 1, 'nobody is told of a copy of their own');
  });

  it('comes back protected when staff just answer, without the code and whatever their program did to the thread', async () => {
    const [reply] = world.at('inside', (mail) => mail.field('X-SendSecure-Reply') === 'portal');
    const address = /<(r-[^>]+)>/u.exec(reply?.field('From') ?? '')?.[1] ?? '';
    await world.accept({
      recipients: [address.toUpperCase()],
      subject: 'about yesterday',
      text: 'All is well.',
    });
    await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === JANE, 2);
    assert.equal(world.at('outside', ({ text }) => text.includes('All is well.')).length, 0);
    const [newest] = await jane.list();
    assert.equal(newest?.subject, 'about yesterday');
  });

  it('lets nobody make such an address: one character off is an address outside', async () => {
    const [reply] = world.at('inside', (mail) => mail.field('X-SendSecure-Reply') === 'portal');
    const address = /<(r-[^>]+)>/u.exec(reply?.field('From') ?? '')?.[1] ?? '';
    const forged = address.replace(/-(\w)(\w+)@/u, (_, first: string, rest: string) => {
      return `-${first === 'a' ? 'b' : 'a'}${rest}@`;
    });
    await world.accept({ recipients: [forged], subject: 'about tomorrow', text: 'A plain mail.' });
    await world.waitFor('outside', (mail) => mail.to === forged);
    assert.equal(notices(JANE).length, 2);
  });

  it('S71: goes to all whom its writer can see, and to nobody else', async () => {
    const sent = await jane.reply(messageId, 'To all of you.', 'all');
    assert.equal(sent.status, 200);
    const replyId = String(sent.body['messageId']);
    const inside = await world.waitFor('inside', ({ text }) => text.includes('To all of you.'), 2);
    assert.deepEqual(inside.map(({ to }) => to).toSorted(), [ANN, BEN]);
    await world.waitFor('outside', ({ kind, to }) => kind === 'notice' && to === OMAR, 2);
    await world.settled();
    assert.equal(notices(BLIND).length, 1);
    assert.equal(world.at('outside', ({ text }) => text.includes('To all of you.')).length, 0);
    for (const mail of inside) assert.ok(!mail.bytes.toString('latin1').includes(BLIND));
    const opened = await omar.open(replyId);
    const content = (await omar.stream(opened.body, 'content')).toString('latin1');
    assert.match(content, /To all of you\./u);
    assert.ok(!content.includes(BLIND));
    assert.equal((await blind.open(replyId)).status, 404);
  });

  it('is kept for its writer, who makes no receipt by reading it', async () => {
    const list = await jane.list();
    const own = list.find(({ subject }) => subject === 'Re: send secure: your results');
    assert.equal(own?.opened, true);
    const opened = await jane.open(own?.id ?? '');
    assert.equal(opened.status, 200);
    const receipts = world.rows(
      "select id from audit_entries where event = 'message-opened' and messageId = ? and entry like '%jane%'",
      own?.id ?? '',
    );
    assert.equal(receipts.length, 0);
  });

  it('answers the author alone for who got a blind copy: the others never learn of it', async () => {
    await blind.reply(messageId, 'From the shadows.', 'all');
    await world.waitFor('inside', ({ text }) => text.includes('From the shadows.'), 2);
    await world.settled();
    const [reply] = world.at('inside', ({ text, to }) => text.includes('From the shadows.') && to === ANN);
    assert.match(reply?.field('From') ?? '', /^"blind@elsewhere\.example via Send Secure"/u);
  });

  it('waits as it was half written, and only its writer can go on', async () => {
    const draft = await jane.openDraft(messageId);
    await jane.saveDraft(messageId, draft.body, { version: 1, text: 'half a th', files: [] });
    const again = new PortalClient(world.gateway.publicUrl);
    await again.signIn(JANE);
    const found = await again.openDraft(messageId);
    assert.equal(found.body.draftId, draft.body.draftId);
    assert.deepEqual(await again.draftText(found.body), { version: 1, text: 'half a th', files: [] });
    const others = await omar.openDraft(messageId);
    assert.notEqual(others.body.draftId, draft.body.draftId);
    assert.equal((await omar.sendDraft(messageId, draft.body)).status, 409);
    const [stored] = world.rows('select text from drafts where id = ?', draft.body.draftId);
    assert.ok(!Buffer.from(stored?.['text'] as Uint8Array).includes('half a th'));
  });

  it('is sent once, however often it is asked for', async () => {
    const draft = await jane.openDraft(messageId);
    await jane.saveDraft(messageId, draft.body, { version: 1, text: 'Only once, please.', files: [] });
    const answers = await Promise.all(Array.from({ length: 8 }, () => jane.sendDraft(messageId, draft.body)));
    const statuses = answers.map(({ status }) => status).toSorted();
    assert.deepEqual(statuses, [200, ...Array.from({ length: 7 }, () => 409)]);
    await world.settled();
    assert.equal(world.at('inside', ({ text }) => text.includes('Only once, please.')).length, 1);
  });

  it('refuses what it can not read, what is empty, and what answers nothing', async () => {
    const draft = await omar.openDraft(messageId);
    assert.deepEqual([(await omar.sendDraft(messageId, draft.body)).body['code']], ['reply-empty']);
    await omar.saveDraft(messageId, draft.body, { version: 2, text: 'x' });
    assert.equal((await omar.sendDraft(messageId, draft.body)).body['code'], 'draft-unreadable');
    const foreign = encryptChunked(Buffer.alloc(32), Buffer.from('x'), Buffer.from('{}'));
    await omar.request('POST', `/api/messages/${messageId}/reply/text`, {
      draftId: draft.body.draftId,
      text: foreign.toString('base64url'),
    });
    assert.equal((await omar.sendDraft(messageId, draft.body)).body['code'], 'draft-unreadable');
    assert.equal((await blind.openDraft('01JD0000000000000000000000')).status, 404);
  });

  it('has the whole exchange in the audit log', () => {
    const sent = world.rows("select entry from audit_entries where event = 'reply-sent'");
    assert.equal(sent.length, 4);
    for (const { entry } of sent) assert.doesNotMatch(String(entry), /Thank you|results|Only once/u);
  });
});
