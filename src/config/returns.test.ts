import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ConfigInvalid } from './config-problems.ts';
import { loadSettings } from './load.ts';
import { startupNotices } from './startup-notices.ts';

const ROUTE = 'nextHop = "smtp://127.0.0.1:2600"\ninternalNextHop = "smtp://127.0.0.1:25"\n';
const settingsOf = (delivery: string, rest = '') =>
  loadSettings(
    `[organization]\ndomains = ["hospital.test", "*.hospital.test"]\nserviceAddress = "s@hospital.test"\n[smtp]\nhostname = "gate.hospital.test"\n[delivery]\n${ROUTE}${delivery}\n${rest}`,
    '/etc',
  );
const about = (delivery: string, rest = ''): string =>
  startupNotices(settingsOf(delivery, rest))
    .map(({ text }) => text)
    .filter((text) => /bounce|returns/u.test(text))
    .join('\n');
const BOUNCES = 'bounceDomain = "bounces.hospital.test"';

describe('the listener for returned mail', () => {
  it('is there only where it is asked for', () => {
    assert.deepEqual(settingsOf('').returns, { listen: null, tls: null });
    const { returns } = settingsOf(
      BOUNCES,
      '[returns]\nlisten = "[::]:25"\ntls = { cert = "c.pem", key = "k.pem" }',
    );
    assert.deepEqual(returns, {
      listen: { host: '::', port: 25 },
      tls: { cert: '/etc/c.pem', key: '/etc/k.pem' },
    });
  });

  it('needs a domain of its own', () => {
    const problem = (delivery: string) => {
      try {
        settingsOf(delivery, '[returns]\nlisten = "127.0.0.1:25"');
      } catch (error) {
        assert.ok(error instanceof ConfigInvalid);
        return error.problems.map(({ key, message }) => `${key} ${message}`).join('\n');
      }
      return '';
    };
    assert.match(problem(''), /^delivery\.bounceDomain is needed with returns\.listen/u);
    assert.match(
      problem('bounceDomain = "hospital.test"'),
      /^delivery\.bounceDomain must be a domain of its own/u,
    );
    assert.equal(problem(BOUNCES), '');
  });

  it('is what the start talks of: what is not seen, and which record is needed', () => {
    assert.match(about(''), /bounceDomain is not set: bounces .* we cannot see them/u);
    assert.match(about(BOUNCES), /without \[returns\] listen: bounces of notices can't be seen/u);
    const both = about(BOUNCES, '[returns]\nlisten = "0.0.0.0:25"');
    assert.match(both, /"bounces\.hospital\.test\. MX 10 gate\.hospital\.test\."/u);
    assert.match(both, /port 25 from the Internet to 0\.0\.0\.0:25/u);
    assert.match(both, /\[returns\] tls is not set/u);
    assert.doesNotMatch(both, /can't be seen|cannot see/u);
  });
});
