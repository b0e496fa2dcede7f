/** The mail of the demo: a text, an HTML version with an inline picture and an attachment. Invented people. */

export interface DemoMail {
  readonly from: string;
  readonly to: string;
  /** Header and body with CRLF, without the final dot. */
  readonly data: string;
}

/** A 24 × 24 picture, PNG, base64. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAIAAABvFaqvAAAAU0lEQVR42mP4TyXAQA+DuGOqMBFp' +
  'BmE1Ar9xDGSYgtUsBvJMwTSLgWxT0MxioMQUZLOobRDZpsDNGjVoCBs0+BIkNfMaNXM/NcsjapaQ' +
  '1CyzyQAAUmXZQm8yhywAAAAASUVORK5CYII=';

export function demoMail(domain: string, nowMs: number): DemoMail {
  const from = `ann.lee@${domain}`;
  const to = `jane.doe+${nowMs.toString(36)}@recipient.example`;
  const date = new Date(nowMs).toUTCString().replace('GMT', '+0000');
  const lines = [
    `From: "Dr. Ann Lee" <${from}>`,
    `To: Jane Doe <${to}>`,
    'Subject: send secure: Your results of last week',
    `Date: ${date}`,
    `Message-ID: <demo-${nowMs.toString(36)}@${domain}>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="outer"',
    '',
    '--outer',
    'Content-Type: multipart/alternative; boundary="inner"',
    '',
    '--inner',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Dear Jane,',
    '',
    'your results of last week are good. The details are in the attached file.',
    'Please call us if you have questions.',
    '',
    'Ann Lee',
    '',
    '--inner',
    'Content-Type: multipart/related; boundary="related"',
    '',
    '--related',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    '<p>Dear Jane,</p><p>your results of last week are <strong>good</strong>. The details are in the attached file.',
    'Please call us if you have questions.</p><p>Ann Lee</p><p><img src="cid:mark@demo" alt="" width="24" height="24"></p>',
    '',
    '--related',
    'Content-Type: image/png',
    'Content-Transfer-Encoding: base64',
    'Content-ID: <mark@demo>',
    'Content-Disposition: inline; filename="mark.png"',
    '',
    PICTURE,
    '',
    '--related--',
    '--inner--',
    '--outer',
    'Content-Type: text/plain; charset=utf-8; name="results.txt"',
    'Content-Disposition: attachment; filename="results.txt"',
    '',
    'Haemoglobin  13.9 g/dL',
    'Glucose       92 mg/dL',
    'Cholesterol  178 mg/dL',
    '',
    '--outer--',
  ];
  return { from, to, data: lines.join('\r\n') };
}
