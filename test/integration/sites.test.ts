/** Several hospitals in one installation: each mail and page has the name, help and language of its author's site. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { PortalClient } from '#test/support/portal-client.ts';
import { mailOf, submit } from '#test/support/submit.ts';
import { startTestGateway, type CapturedMailView, type TestGateway } from '#test/support/test-gateway.ts';

const DOMAINS = ['hospital.test', 'north.test', '*.south.test', 'east.test'];
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>';

interface ShownSite {
  readonly organization: string;
  readonly logo: string | null;
  readonly forSenders: { readonly securityOfficer: string };
}

describe('[[sites]]', () => {
  let site: TestGateway;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sendsecure-sites-'));
    const logo = join(folder, 'logo.svg');
    await writeFile(logo, SVG);
    site = await startTestGateway({ domains: DOMAINS, toml: tomlOf(logo) });
  });
  after(async () => {
    await site.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const send = async (from: string, to: string): Promise<CapturedMailView> => {
    const mail = mailOf({ from, to, subject: 'send secure Results' });
    assert.match((await submit({ port: site.smtpPort, from, to: [to], mail })).final, /^250 /u);
    const [notice] = await site.captured((one) => one.kind === 'notice' && one.to === to);
    assert.ok(notice);
    return notice;
  };
  const json = async (path: string): Promise<ShownSite> =>
    (await (await fetch(`${site.publicUrl}${path}`)).json()) as ShownSite;

  it('writes to recipients as the author’s site, under its neutral name', async () => {
    const north = await send('ann@north.test', 'one@mail.test');
    assert.match(north.subject, /^Mensaje seguro de .*, Northside \(/u);
    assert.match(north.from, /Northside.*<send-secure@north\.test>/u);
    assert.match(north.text, /555 0199/u);
    assert.match(north.text, /\/help\?site=north/u);
    assert.doesNotMatch(north.text, /Addiction|555 0100|private to tell you/u);

    const south = await send('bob@ward.south.test', 'two@mail.test');
    assert.match(south.subject, /^Secure message from .*, South Hospital \(/u);
    assert.match(south.text, /555 0100/u);

    const whole = await send('eve@hospital.test', 'three@mail.test');
    assert.match(whole.subject, /, Example Hospital \(/u);
    assert.match(whole.text, /\/help$/mu);
  });

  it('shows the message’s own subject in notices of a site that chose so', async () => {
    const east = await send('eve@east.test', 'seven@mail.test');
    assert.match(east.subject, /^Results \(\w{3}-\w{3}-\w{3}\)$/u);
    const north = await send('ann@north.test', 'nine@mail.test');
    assert.match(north.subject, /^Mensaje seguro de /u);
  });

  it('writes about an account as the site that wrote last to the address', async () => {
    const { link } = await send('ann@north.test', 'eight@mail.test');
    const client = new PortalClient(site.publicUrl);
    const registered = await client.register(link ?? '', async () => {
      const [code] = await site.captured(({ kind, to }) => kind === 'code' && to === 'eight@mail.test');
      return code?.code ?? '';
    });
    assert.equal(registered.status, 201);
    const [mail] = await site.captured(
      ({ kind, to }) => kind === 'account-change' && to === 'eight@mail.test',
    );
    assert.match(mail?.from ?? '', /Northside.*<send-secure@north\.test>/u);
    assert.match(mail?.text ?? '', /555 0199/u);
    assert.doesNotMatch(mail?.text ?? '', /Addiction|Example Hospital/u);
  });

  it('tells authors in the language and with the help desk of their site', async () => {
    await send('ann@north.test', 'four@mail.test');
    const [secured] = await site.captured((one) => one.kind === 'secured' && one.to === 'ann@north.test');
    assert.match(secured?.text ?? '', /555 0177.*lunes/su);
    assert.match(secured?.text ?? '', /\/help\/send\?site=north/u);
  });

  it('shows the site of a link before sign-in by its neutral name and without its logo', async () => {
    const { link } = await send('ann@north.test', 'five@mail.test');
    const token = (link ?? '').split('/').at(-1) ?? '';
    const shown = await json(`/api/links/${token}/site`);
    assert.partialDeepStrictEqual(shown, {
      organization: 'Northside',
      logo: null,
      defaultLanguage: 'es',
      helpLine: { phone: '555 0199', hours: '' },
      colours: { light: { accent: '#7a1f6b' } },
    });
    assert.equal((await json(`/api/links/${token}`)).organization, 'Northside');
    assert.equal((await fetch(`${site.publicUrl}/api/links/${'x'.repeat(22)}/site`)).status, 404);
  });

  it('shows a named site, and the organisation where there is none of that name', async () => {
    const south = await json('/api/site?site=south');
    assert.equal(south.organization, 'South Hospital');
    assert.equal(south.forSenders.securityOfficer, 'security@ward.south.test');
    for (const path of ['/api/site', '/api/site?site=nowhere', '/api/site?site='])
      assert.equal((await json(path)).organization, 'Example Hospital', path);
    const logo = await fetch(`${site.publicUrl}${south.logo}`);
    assert.equal(await logo.text(), SVG);
    assert.equal(logo.headers.get('content-type'), 'image/svg+xml');
    assert.match(logo.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/u);
    assert.equal((await fetch(`${site.publicUrl}/logos/other.svg`)).status, 404);
  });

  it('answers the check of a notice in the name of its site', async () => {
    const notice = await send('bob@ward.south.test', 'six@mail.test');
    const code = /\((\w{3}-\w{3}-\w{3})\)/u.exec(notice.subject)?.[1];
    const answer = await fetch(`${site.publicUrl}/api/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: site.publicUrl },
      body: JSON.stringify({ code, address: 'six@mail.test' }),
    });
    assert.partialDeepStrictEqual(await answer.json(), { organization: 'South Hospital' });
  });
});

describe('the logo of a site', () => {
  it('stops the start where it can’t be used, and says why', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sendsecure-logo-'));
    try {
      for (const [name, content, expected] of [
        ['missing.png', null, /can't be read \(ENOENT\)/u],
        ['text.png', 'no picture', /neither PNG, JPEG nor SVG/u],
        ['script.svg', '<svg><script>alert(1)</script></svg>', /holds a script/u],
        ['handler.svg', '<svg onload="x()"></svg>', /holds a script/u],
        ['large.svg', `<svg>${' '.repeat(101 * 1024)}</svg>`, /larger than 100 KiB/u],
      ] as const) {
        const path = join(folder, name);
        if (content !== null) await writeFile(path, content);
        await assert.rejects(
          startTestGateway({ domains: DOMAINS, toml: tomlOf(path) }),
          (error: Error & { code?: string }) => error.code === 'site-logo' && expected.test(error.message),
          name,
        );
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** The last table of the configuration, so that the sites may stand behind it. */
function tomlOf(logo: string): Record<string, string> {
  return {
    organization: 'helpPhone = "555 0100"\nhelpHours = "all day"',
    limits: `
[[sites]]
id = "north"
name = "Northside Addiction Clinic"
neutralName = "Northside"
domains = ["north.test"]
serviceAddress = "send-secure@north.test"
language = "es"
languages = ["es"]
logo = "${logo}"
colour = "#7a1f6b"
helpPhone = "555 0199"
helpDeskPhone = "555 0177"
helpDeskHours = "lunes a viernes"

[[sites]]
id = "south"
name = "South Hospital"
domains = ["*.south.test"]
logo = "${logo}"
securityOfficer = "security@ward.south.test"

[[sites]]
id = "east"
name = "East Hospital"
domains = ["east.test"]
outerSubject = "original"
`,
  };
}
