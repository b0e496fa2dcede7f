import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parameterText, parameterValue, parseParameterized } from './parameters.ts';

/** Processor time: what others do on the machine doesn't count. */
const cpuMs = (): number => process.cpuUsage().user / 1_000;

const fileName = (value: string): string | undefined => parameterText(parseParameterized(value), 'filename');

describe('parameters', () => {
  const names: readonly [name: string, value: string, expected: string | undefined][] = [
    ['a token', 'attachment; filename=a.pdf', 'a.pdf'],
    ['a quoted string', String.raw`attachment; filename="a \"b\"; c.pdf"; x=y`, 'a "b"; c.pdf'],
    ['blanks and parentheses without quotes', 'attachment; filename=my report (1).pdf', 'my report (1).pdf'],
    ['no closing quote', 'attachment; filename="a.pdf', 'a.pdf'],
    ['comments', 'attachment (x; y=z) ; (c) filename = "a.pdf" (d)', 'a.pdf'],
    ['RFC 2231', "attachment; filename*=utf-8'de'Gr%C3%BC%C3%9Fe.pdf", 'Grüße.pdf'],
    ['RFC 2231 in latin1', "attachment; filename*=iso-8859-1''Gr%FC%DFe.pdf", 'Grüße.pdf'],
    ['RFC 2231 without charset', 'attachment; filename*=Gr%C3%BC%C3%9Fe.pdf', 'Grüße.pdf'],
    ['RFC 2231 wins over the plain form', "attachment; filename=x.pdf; filename*=utf-8''%C3%A4.pdf", 'ä.pdf'],
    [
      'RFC 2231 continuations, some encoded',
      `attachment; filename*1*=%C3%9F; filename*0*=utf-8''a%C3%BC; filename*2=" (1).pdf"`,
      'aüß (1).pdf',
    ],
    [
      'a character split between sections',
      "attachment; filename*0*=utf-8''a%C3; filename*1*=%BC.pdf",
      'aü.pdf',
    ],
    ['CVE-2024-39929: sections joined', 'attachment; filename*0="a.p"; filename*1="df.exe"', 'a.pdf.exe'],
    ['sections up to the first gap', 'attachment; filename*0=a; filename*2=c', 'a'],
    ['no first section', 'attachment; filename*1=b', undefined],
    ['encoded words', 'attachment; filename="=?utf-8?q?Gr=C3=BC=C3=9Fe=2Epdf?="', 'Grüße.pdf'],
    ['raw UTF-8', Buffer.from('attachment; filename="Grüße.pdf"').toString('latin1'), 'Grüße.pdf'],
    ['S67: line ends', "attachment; filename*=utf-8''a%0D%0Ab%00.pdf", 'a b .pdf'],
    ['none', 'attachment', undefined],
    ['an empty one', 'attachment; filename=""', ''],
  ];
  for (const [name, value, expected] of names) test(name, () => assert.equal(fileName(value), expected));

  test('names without case, first one counts, and differing ones are told', () => {
    const field = parseParameterized('Text/Plain; CHARSET=utf-8; charset=latin1; x=1; x=1; __proto__=y');
    assert.equal(field.value, 'Text/Plain');
    assert.equal(parameterValue(field, 'charset'), 'utf-8');
    assert.deepEqual([...field.conflicting], ['charset']);
    assert.equal(parameterValue(field, '__proto__'), 'y');
    assert.equal(parameterValue(field, 'constructor'), undefined);
  });

  test('S85: 50,000 sections are linear', () => {
    const started = cpuMs();
    let value = 'attachment';
    for (let i = 0; i < 50_000; i++) value += `; name*${i}=a`;
    assert.equal(parameterText(parseParameterized(value), 'name')?.length, 50_000);
    for (const unit of ['(', ';', '"', '=', ';a="', '%', "'"]) parseParameterized(unit.repeat(200_000));
    assert.ok(cpuMs() - started < 2_000);
  });
});
