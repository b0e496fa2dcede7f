/** W20: hostile HTML written into the reader's frame in a real browser: no script runs, no request leaves. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { securityHeaders } from '#src/http/security-headers.ts';
import { eventually } from '#test/support/eventually.ts';

import { HOSTILE_HTML } from './hostile-html.ts';
import { openProbeBench, type ProbeBench, type ProbeGlobal } from './probe.ts';

let bench: ProbeBench;

before(async () => {
  bench = await openProbeBench();
});

after(() => bench.close());

test('W20: nothing runs and nothing leaves', async () => {
  const { page, context, hits, left } = await bench.open(securityHeaders({ https: false }));
  const found = await page.evaluate(
    (vectors) => (globalThis as unknown as ProbeGlobal).probe.writeSanitized(vectors),
    HOSTILE_HTML,
  );
  assert.deepEqual(found, []);
  assert.deepEqual(hits, []);
  assert.deepEqual(left, []);
  await context.close();
});

test('the vectors are live: without us they run and leave', async () => {
  const { page, context, hits, left } = await bench.open({});
  await page.evaluate(
    (vectors) => (globalThis as unknown as ProbeGlobal).probe.letLoose(vectors),
    // These two would take the whole probe elsewhere.
    HOSTILE_HTML.filter((html) => !/http-equiv|<base/i.test(html)),
  );
  await eventually(
    'scripts to run and requests to leave',
    () => hits.length >= 10 && new Set(left).size >= 25,
  );
  assert.ok(hits.length >= 10, `${hits.length} scripts ran`);
  assert.ok(new Set(left).size >= 25, `${new Set(left).size} requests left`);
  await context.close();
});

test('the frame’s own policy alone lets nothing out either', async () => {
  const { page, context, hits, left } = await bench.open({});
  await page.evaluate(
    (vectors) => (globalThis as unknown as ProbeGlobal).probe.writeUnsanitized(vectors),
    HOSTILE_HTML.filter((html) => !html.includes('refresh')),
  );
  assert.deepEqual(hits, []);
  assert.deepEqual(left, []);
  await context.close();
});

const ORDINARY_MAIL = `<style>p{color:rgb(1,2,3)}</style><body bgcolor="#ffeedd"><p id=p style="margin-left:7px">x</p>
<a id=a href="https://evil.test/x">www.bank.example</a> <a id=b href="https://good.example/y">good.example</a>
<a id=c href="/api/session">own</a> <a id=d href="#p">down</a> <a id=e href="mailto:a@b.example">mail</a>
<img id=i src="cid:pic%40x"> <img id=r src="https://leak.test/x">`;

test('links say where they lead and open apart; looks and inline pictures stay', async () => {
  const { page, context } = await bench.open(securityHeaders({ https: false }));
  const seen = await page.evaluate(
    (html) => (globalThis as unknown as ProbeGlobal).probe.showOrdinaryMail(html),
    ORDINARY_MAIL,
  );
  assert.deepEqual(seen, {
    colour: 'rgb(1, 2, 3)',
    margin: '7px',
    ground: '#ffeedd',
    a: ['www.bank.example (evil.test)', '_blank', 'noopener noreferrer', 'https://evil.test/x'],
    b: 'good.example',
    c: null,
    d: ['#p', null],
    e: 'mailto:a@b.example',
    images: ['pic@x'],
    remote: true,
    remoteSource: null,
  });
  await context.close();
});
