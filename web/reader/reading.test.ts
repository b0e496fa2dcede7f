/** What the reader makes of strangers' text: names, styles, encodings, invitations, authors. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { authorName } from './author-name.ts';
import { parseInvitation } from './calendar.ts';
import { isTooHeavy, textOfHtml } from './html-weight.ts';
import { parseIndex } from './message-index.ts';
import { neutralCss } from './neutral-css.ts';
import { FreeNames } from './pack-copies.ts';
import { viewingOf } from './part-types.ts';
import { displayText, isHarmful, safeName } from './safe-name.ts';
import { decodeText, transferDecoder } from './transfer-decoding.ts';

test('W21: names of attachments', async (t) => {
  const cases: readonly [string | null, string, string][] = [
    ['report.pdf', 'application/pdf', 'report.pdf'],
    ['cod\u202Egpj.exe', 'image/jpeg', 'codgpj.exe'],
    ['<img src=x onerror=alert(1)>.pdf', 'application/pdf', '_img src=x onerror=alert(1)_.pdf'],
    ['a.pdf\0.exe', 'application/pdf', 'a.pdf.exe'],
    ['..\\..\\x.txt', 'text/plain', '_.._x.txt'],
    ['../../etc/passwd', 'text/plain', '_.._etc_passwd.txt'],
    ['CON', 'application/octet-stream', '_CON'],
    ['aux.txt', 'text/plain', '_aux.txt'],
    ['com1.tar.gz', 'application/gzip', '_com1.tar.gz'],
    ['line\r\nbreak.txt', 'text/plain', 'linebreak.txt'],
    ['quote".txt', 'text/plain', 'quote_.txt'],
    ['trailing.txt. . ', 'text/plain', 'trailing.txt'],
    ['', 'application/pdf', 'attachment-1.pdf'],
    [null, 'application/octet-stream', 'attachment-1'],
    ['.htaccess', 'text/plain', 'htaccess.txt'],
    ['résumé 简历.docx', 'application/msword', 'résumé 简历.docx'],
    ['zero\u200Bwidth\uFEFF.pdf', 'application/pdf', 'zerowidth.pdf'],
    ['\u2066\u2069\u200F', 'image/png', 'attachment-1.png'],
  ];
  for (const [given, type, wanted] of cases) {
    await t.test(JSON.stringify(given), () => {
      assert.equal(safeName(given, type, 'attachment-1').full, wanted);
    });
  }
  await t.test('5,000 characters keep their extension', () => {
    const name = safeName(`${'x'.repeat(5000)}.pdf`, 'application/pdf', 'attachment-1');
    assert.equal(name.extension, '.pdf');
    assert.ok(name.full.length < 200);
  });
  await t.test('what can run is marked', () => {
    for (const name of ['a.exe', 'a.pdf.js', 'x.HTML', 'x.svg', 'cod\u202Egpj.exe']) {
      assert.ok(isHarmful(safeName(name, 'image/jpeg', 'a')), name);
    }
    assert.ok(!isHarmful(safeName('a.pdf', 'application/pdf', 'a')));
  });
});

test('lines of untrusted text lose what is not seen', () => {
  assert.equal(displayText('a\u202Eb\r\nc\u0007'), 'ab c');
  assert.equal(displayText('x'.repeat(500), 10), `${'x'.repeat(10)}…`);
});

test('only pictures, PDF and plain text are shown in the page', () => {
  assert.equal(viewingOf('image/svg+xml', '.svg'), null);
  assert.equal(viewingOf('text/html', '.html'), null);
  assert.equal(viewingOf('application/octet-stream', '.html'), null);
  assert.deepEqual(viewingOf('application/octet-stream', '.PDF'), { as: 'pdf', type: 'application/pdf' });
  assert.deepEqual(viewingOf('image/jpg', ''), { as: 'image', type: 'image/jpeg' });
});

test('styles keep their look and lose what would fetch', async (t) => {
  const hostile = [
    'background:url(https://t.test/a)',
    'background:url( "https://t.test/a" )',
    "background:URL('//t.test/a')",
    'background:u\\72l(https://t.test/a)',
    'background:\\75 \\72 \\6c (https://t.test/a)',
    'background:url/**/(https://t.test/a)',
    '@import "https://t.test/a.css";',
    '@\\69mport url(https://t.test/a.css);',
    '@font-face{font-family:x;src:url(https://t.test/f)}',
    'background:image-set("https://t.test/a" 1x)',
    'background:-webkit-image-set(url(https://t.test/a) 1x)',
    'input[value^="a"]{background:url(https://t.test/a)}',
    'background:url(https://t.test/a',
    'behavior:url(x.htc)',
    'list-style:url(data:text/html,x)',
    'cursor:url(https://t.test/c.cur),auto',
  ];
  for (const css of hostile) {
    await t.test(css, () => {
      const neutral = neutralCss(css);
      assert.doesNotMatch(neutral, /t\.test|url\(|@import|@font-face|behavior:/i);
    });
  }
  const rebuilding = [
    'background:u\\5c 72l(https://t.test/a)',
    'background:u\\\\72l(https://t.test/a)',
    '@im@import;port "https://t.test/a.css";',
    'u@import;rl(https://t.test/a)',
  ];
  for (const css of rebuilding) {
    await t.test(`${css} rebuilds nothing`, () => {
      assert.doesNotMatch(neutralCss(css), /url\(|@import|\\/i);
    });
  }
  await t.test('harmless ones stay', () => {
    for (const css of ['color:#a00;margin:0 auto', 'width:calc(100% - 2px)', 'background:rgb(1,2,3)']) {
      assert.equal(neutralCss(css), css);
    }
    const data = 'background:url(data:image/png;base64,AAAA)';
    assert.equal(neutralCss(data), data);
  });
});

function decodeInPieces(encoding: string, encoded: Buffer, pieceLength: number): Buffer {
  const decoder = transferDecoder(encoding);
  const out: Uint8Array[] = [];
  for (let offset = 0; offset < encoded.length; offset += pieceLength) {
    out.push(decoder.push(Uint8Array.from(encoded.subarray(offset, offset + pieceLength))));
  }
  out.push(decoder.finish());
  return Buffer.concat(out);
}

test('transfer encodings are undone however the pieces fall', () => {
  const bytes = randomBytes(1000);
  const base64 = Buffer.from(bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n'));
  const quoted = Buffer.from('caf=C3=A9 =\r\nau lait=20\r\nbroken =ZZ end=\r\n! \t\r\nlast=3D');
  const plain = 'café au lait \r\nbroken =ZZ end!\r\nlast=';
  for (const pieceLength of [1, 2, 3, 7, 64, 5000]) {
    assert.deepEqual(decodeInPieces('base64', base64, pieceLength), bytes);
    assert.equal(decodeInPieces('Quoted-Printable', quoted, pieceLength).toString('utf8'), plain);
    assert.deepEqual(decodeInPieces('8bit', bytes, pieceLength), bytes);
  }
});

test('text of any label is shown as well as it can be', () => {
  assert.equal(decodeText(Uint8Array.from(Buffer.from('é')), null), 'é');
  assert.equal(decodeText(Uint8Array.from([0xe9]), null), 'é');
  assert.equal(decodeText(Uint8Array.from([0xe9]), 'iso-8859-1'), 'é');
  assert.equal(decodeText(Uint8Array.from(Buffer.from('é')), 'x-unknown'), 'é');
  assert.equal(decodeText(Uint8Array.from(Buffer.from('é')), 'us-ascii'), 'é');
});

test('an invitation gives its card', () => {
  const text = [
    'BEGIN:VCALENDAR',
    'METHOD:REQUEST',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Madrid',
    'BEGIN:STANDARD',
    'DTSTART:19701025T030000',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'SUMMARY:Visit\\, long',
    '  title',
    'DTSTART;TZID="Europe/Madrid":20260901T101500',
    'DTEND;TZID=Europe/Madrid:20260901T104500',
    'LOCATION:Room 2\\nFirst floor',
    'ORGANIZER;CN="Ruiz; Ana":mailto:ana@riverside.example',
    'BEGIN:VALARM',
    'SUMMARY:alarm',
    'END:VALARM',
    'END:VEVENT',
    'BEGIN:VEVENT',
    'SUMMARY:Second',
    'END:VEVENT',
    'END:VCALENDAR',
  ].join('\r\n');
  assert.deepEqual(parseInvitation(text), {
    method: 'request',
    title: 'Visit, long title',
    start: { year: 2026, month: 9, day: 1, clock: { hour: 10, minute: 15 }, zone: 'Europe/Madrid' },
    end: { year: 2026, month: 9, day: 1, clock: { hour: 10, minute: 45 }, zone: 'Europe/Madrid' },
    location: 'Room 2\nFirst floor',
    organizer: 'Ruiz; Ana <ana@riverside.example>',
  });
  assert.equal(parseInvitation('no calendar'), null);
  const wholeDay = parseInvitation('BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260901\nEND:VEVENT');
  assert.equal(wholeDay?.start?.clock, null);
});

test('a name is the author’s only with the verified address', () => {
  const author = { name: '', address: 'ana@riverside.example' };
  assert.equal(authorName(author, '"Dr. Ana Ruiz" <Ana@Riverside.example>'), 'Dr. Ana Ruiz');
  assert.equal(authorName(author, 'Dr. Ana Ruiz <ana@evil.test>'), 'ana@riverside.example');
  assert.equal(
    authorName(author, '"boss@riverside.example" <ana@riverside.example>'),
    'ana@riverside.example',
  );
  assert.equal(authorName(author, ''), 'ana@riverside.example');
});

test('an index of another shape is damaged, not guessed at', () => {
  const good = {
    version: 1,
    header: { subject: '', from: '', to: '', cc: '', replyTo: '', date: '' },
    parts: [],
    body: { html: null, text: null, calendar: null },
    attachments: [],
    contentLength: 0,
    derivedLength: 0,
    raw: false,
  };
  assert.equal(parseIndex(JSON.stringify(good)).version, 1);
  const range = { stream: 'content', start: 5, end: 1 };
  const part = {
    path: '1',
    mediaType: 'text/plain',
    transferEncoding: '7bit',
    source: range,
    decodedBytes: 0,
  };
  const bad: readonly unknown[] = [
    null,
    [],
    { ...good, version: 2 },
    { ...good, header: null },
    { ...good, header: { ...good.header, subject: 5 } },
    { ...good, attachments: [1] },
    { ...good, contentLength: -1 },
    { ...good, contentLength: 1.5 },
    { ...good, parts: [part] },
    { ...good, parts: [{ ...part, source: { stream: 'index', start: 0, end: 1 } }] },
  ];
  for (const value of bad) {
    assert.throws(() => parseIndex(JSON.stringify(value)), { code: 'message-damaged' });
  }
  assert.throws(() => parseIndex('{'), { code: 'message-damaged' });
});

test('S88: HTML that is too heavy to be shown is known in time, and its text is left', () => {
  const row = '<tr><td><span style="color:red">1</span><td>2<p>x<br>';
  const report = `<!--[if mso]>x<![endif]--><style>@media print{p{color:red}}</style><table>${row.repeat(5_000)}</table>`;
  assert.equal(isTooHeavy(report), false);
  assert.equal(isTooHeavy(`<p title="${'a b '.repeat(5_000)}">x</p>`), false);
  for (const html of [
    '<div>'.repeat(1_001),
    '<DIV><b></p></i>'.repeat(600),
    '<div title="</div>">'.repeat(1_001),
    '<div><!--</div>-->'.repeat(1_001),
    '<!-->'.repeat(6_000),
    '<!x>'.repeat(6_000),
    `<p ${'a '.repeat(1_100)}>`,
    `<style>${'a{'.repeat(101)}`,
    '@IMPORT x;'.repeat(501),
    '<br>'.repeat(200_001),
  ])
    assert.equal(isTooHeavy(html), true, html.slice(0, 40));
  assert.equal(
    textOfHtml('<style>a{}</style><p>Dear <b title=">">Jane</b>,</p><!-- x -->bye<'),
    'Dear Jane , bye',
  );
  for (const unit of ['<', '<a', '<a "', "<a '", '<!--', '<style', '<style>', '{', '<a"\'', '</style ']) {
    const started = performance.now();
    const html = unit.repeat(200_000);
    isTooHeavy(html);
    textOfHtml(html);
    assert.ok(performance.now() - started < 5_000, unit);
  }
});

test('W21: files of one zip get names that no disk takes for the same', () => {
  const names = new FreeNames();
  const take = (base: string, extension = '.pdf') => names.take({ base, extension });
  assert.equal(take('Scan'), 'Scan.pdf');
  assert.equal(take('scan'), 'scan (2).pdf');
  assert.equal(take('scan (2)'), 'scan (2) (2).pdf');
  assert.equal(take('e\u0301tude'), 'e\u0301tude.pdf');
  assert.equal(take('\u00c9tude'), '\u00c9tude (2).pdf');
  assert.equal(take('__proto__', ''), '__proto__ (2)', 'the packing code would lose it');
});
