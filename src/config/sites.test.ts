import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ConfigInvalid } from './config-problems.ts';
import { loadSettings } from './load.ts';

const TOP = `[organization]
name = "Riverside Health"
domains = ["river.example", "north.example", "*.south.example"]
serviceAddress = "send-secure@river.example"
helpPhone = "555 0100"
helpHours = "all day"
helpDeskPhone = "555 0111"
securityOfficer = "security@river.example"
`;

describe('[[sites]]', () => {
  it('takes from the organisation what a site leaves out', () => {
    const { sites } = loadSettings(
      `${TOP}[[sites]]\nid = "north"\nname = "Northside"\ndomains = ["north.example"]\ncolour = "#0A5A76"\nhelpPhone = "555 0199"`,
      '/etc',
    );
    assert.partialDeepStrictEqual(sites, [
      {
        id: 'north',
        neutralName: '',
        serviceAddress: 'send-secure@river.example',
        noticeFrom: 'service',
        outerSubject: 'neutral',
        language: 'en',
        languages: ['en', 'es'],
        logo: null,
        colour: '#0a5a76',
        helpPhone: '555 0199',
        helpHours: '',
        helpDeskPhone: '555 0111',
        securityOfficer: 'security@river.example',
      },
    ]);
    assert.equal(sites[0]?.colours?.dark.onAccent, '#06222d');
    assert.deepEqual(loadSettings(TOP, '/etc').sites, []);
  });

  for (const [name, toml, expected] of [
    ['no id', 'name = "N"\ndomains = ["north.example"]', /sites\.0: "id" is missing/u],
    [
      'a strange id',
      'id = "North Side"\nname = "N"\ndomains = ["north.example"]',
      /sites\.0\.id: needs a short name/u,
    ],
    [
      'a foreign domain',
      'id = "n"\nname = "N"\ndomains = ["else.example"]',
      /else\.example is none of organization\.domains/u,
    ],
    [
      'an officer elsewhere who should let mail out',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\nsecurityOfficer = "o@else.example"\n[limits]\nauthorRecipientsPerHour = 5',
      /sites\.0\.securityOfficer: must be at one of organization\.domains .* with limits of authors/u,
    ],
    [
      'one domain in two sites',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\n[[sites]]\nid = "m"\nname = "M"\ndomains = ["north.example"]',
      /sites\.1\.domains: north\.example belongs to the site "n" already/u,
    ],
    [
      'one id twice',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\n[[sites]]\nid = "n"\nname = "M"\ndomains = ["river.example"]',
      /sites\.1\.id: "n" stands there twice/u,
    ],
    [
      'a colour that can’t be read',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\ncolour = "#ffcc00"',
      /sites\.0\.colour: can't be read well enough .* the nearest that can is "#[\da-f]{6}"/u,
    ],
    [
      'a dark colour for dark pages',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\ncolour = "#0a5a76"\ncolourDark = "#0a5a76"',
      /sites\.0\.colourDark: can't be read/u,
    ],
    [
      'no colour',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\ncolour = "teal"',
      /needs a colour such as "#0a5a76"/u,
    ],
    [
      'a foreign service address',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\nserviceAddress = "a@else.example"',
      /serviceAddress: must be at one of organization\.domains/u,
    ],
    [
      'languages without the first',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\nlanguages = ["es"]',
      /languages: must hold the first language, "en"/u,
    ],
    [
      'an unknown key',
      'id = "n"\nname = "N"\ndomains = ["north.example"]\ncolor = "#0a5a76"',
      /there is no such key/u,
    ],
  ] as const)
    it(`refuses ${name}, with its line`, () => {
      assert.throws(
        () => loadSettings(`${TOP}[[sites]]\n${toml}`, '/etc'),
        (error) => {
          assert.ok(error instanceof ConfigInvalid);
          assert.match(error.message, expected);
          assert.ok((error.problems[0]?.line ?? 0) > 8);
          return true;
        },
      );
    });
});
