/** The texts of the roll-out: complete in each language, with what people need to tell ours from a trick. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  AUDIENCES,
  announcements,
  type AnnouncedSite,
  type Announcement,
} from '#src/notification/announcement.ts';

import { site } from './fixed-mails.ts';

const announced: AnnouncedSite = {
  ...site,
  organization: 'Lakeside Services',
  fullName: 'Lakeside Clinic for Addictions',
  policyUrl: 'https://intranet.hospital.example/mail',
  patientPortalUrl: 'https://patients.hospital.example',
  securityOfficer: 'security@hospital.example',
};
const bare: AnnouncedSite = {
  ...announced,
  policyUrl: '',
  patientPortalUrl: '',
  securityOfficer: null,
  recipientHelp: { ...site.recipientHelp, phone: null, hours: null },
  senderHelp: { ...site.senderHelp, phone: null, hours: null },
};

describe('announcements', () => {
  for (const locale of ['en', 'es'] as const) {
    const textOf = (audience: Announcement['audience'], from = announced): string =>
      announcements(from, locale).find((one) => one.audience === audience)?.text ?? '';

    it(`has one for each audience in ${locale}, without a hole`, () => {
      for (const from of [announced, bare]) {
        const texts = announcements(from, locale);
        assert.deepEqual(
          texts.map(({ audience }) => audience),
          AUDIENCES,
        );
        for (const { subject, text } of texts) {
          assert.ok(subject.length > 10 && subject.length < 100);
          assert.doesNotMatch(text, /undefined|null|\n\n\n|\(\)|: \.|^\s/u);
        }
      }
    });

    it(`names a site to outsiders as its notices do, and to its staff in full, in ${locale}`, () => {
      for (const audience of ['recipients', 'partners'] as const)
        assert.doesNotMatch(textOf(audience), /Addictions/u);
      assert.match(textOf('staff'), /Lakeside Clinic for Addictions/u);
    });

    it(`tells how to know a real mail, and what the configuration says, in ${locale}`, () => {
      const { publicUrl, recipientHelp, senderHelp, serviceAddress } = site;
      for (const words of [`${publicUrl}/check`, recipientHelp.url, recipientHelp.phone ?? '', '7K4-2QF-9XM'])
        assert.ok(textOf('recipients').includes(words), words);
      for (const words of [serviceAddress, publicUrl, 'DKIM', 'security@hospital.example'])
        assert.ok(textOf('partners').includes(words), words);
      const { policyUrl, patientPortalUrl } = announced;
      for (const words of [
        '"send secure"',
        senderHelp.url,
        senderHelp.phone ?? '',
        policyUrl,
        patientPortalUrl,
      ])
        assert.ok(textOf('staff').includes(words), words);
    });
  }
});
