/** The staff pages as browsers and programs get them: language, failures, what a form needs to be taken. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { mailOf, submit } from '#test/support/submit.ts';
import { startTestGateway, type TestGateway } from '#test/support/test-gateway.ts';

import { failurePage } from './failure-page.ts';
import { heldPage, heldResultPage } from './held-page.ts';

describe('staff pages', () => {
  let world: TestGateway;
  let held: string;
  before(async () => {
    world = await startTestGateway({ toml: { organization: 'language = "es"' } });
    await submit({
      port: world.smtpPort,
      from: 'ann.lee@hospital.test',
      to: ['jane@outside.example'],
      mail: mailOf({ subject: 'sned secure <b>results</b>' }),
    });
    const [question] = await world.captured(({ kind }) => kind === 'held');
    held = question?.link ?? '';
  });
  after(() => world.dispose());

  const answer = (origin: string) =>
    fetch(held, {
      method: 'POST',
      headers: { origin, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'choice=send',
    });

  it('ask in the organisation’s language, in the order of the link', async () => {
    const send = await (await fetch(held)).text();
    assert.match(send, /<html lang="es">[\s\S]*¿Enviar este mensaje protegido\?/u);
    assert.ok(send.includes('jane@outside.example'));
    const stop = await (await fetch(held.replace('choice=send', 'choice=stop'))).text();
    assert.match(stop, /¿No enviar este mensaje\?[\s\S]*value="stop"[\s\S]*value="send"/u);
    assert.equal((await fetch(held.replace('choice=send', 'choice=other'))).status, 400);
  });

  it('let the page with the form name its origin, and no other page', async () => {
    assert.equal((await fetch(held)).headers.get('referrer-policy'), 'same-origin');
    assert.equal((await fetch(`${world.consoleUrl}/captured`)).headers.get('referrer-policy'), 'no-referrer');
  });

  it('take no answer from another site', async () => {
    for (const origin of ['null', 'https://evil.test']) {
      const refused = await answer(origin);
      assert.equal(refused.status, 403);
      assert.match(await refused.text(), /No ha funcionado/u);
    }
    assert.match(await (await fetch(held)).text(), /value="send"/u);
  });

  it('fail as a page in a browser, as JSON elsewhere', async () => {
    const url = `${world.consoleUrl}/nothing`;
    const shown = await fetch(url, { headers: { accept: 'text/html,*/*;q=0.8' } });
    assert.equal(shown.status, 404);
    assert.equal(shown.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(await shown.text(), /<h1>Aquí no hay nada<\/h1>/u);
    const told = await fetch(url);
    assert.deepEqual(
      [told.status, await told.json()],
      [404, { code: 'not-found', message: 'There is nothing here.' }],
    );
  });

  it('show what stands in captured mail as text', async () => {
    await submit({
      port: world.smtpPort,
      from: 'ann.lee@hospital.test',
      to: ['joe@outside.example'],
      mail: mailOf({ subject: '<b>lunch</b>', text: '<script>alert(1)</script>' }),
    });
    await world.captured(({ kind }) => kind === 'relay');
    const page = await (await fetch(`${world.consoleUrl}/captured`)).text();
    assert.ok(page.includes('&lt;b&gt;lunch&lt;/b&gt;'));
    assert.doesNotMatch(page, /<b>|<script/u);
  });
});

describe('words of the staff pages', () => {
  it('exist in both languages', () => {
    const question = { recipients: ['<i>@x.example'], asked: 'send', organization: 'A & B' } as const;
    for (const language of ['en', 'es'] as const) {
      const pages = [
        heldPage({ ...question, language }),
        ...(['sent', 'stopped', 'over'] as const).map((result) => heldResultPage(result, 'A & B', language)),
        failurePage({ status: 404 }, 'A & B', language),
        failurePage({ status: 500 }, 'A & B', language),
      ];
      assert.equal(new Set(pages).size, 6);
      for (const page of pages) {
        assert.ok(page.includes(`<html lang="${language}">`));
        assert.ok(page.includes('A &amp; B'));
        assert.doesNotMatch(page, /undefined|<i>/u);
      }
    }
  });
});
