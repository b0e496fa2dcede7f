/** Who looks at files in answers: a scanner by its address, or the filter inside. */
import assert from 'node:assert/strict';
import { it } from 'node:test';

import { ConfigInvalid } from './config-problems.ts';
import { loadSettings } from './load.ts';

it('reads the address of clamd in both forms, and refuses what only looks like one', () => {
  const clamd = (value: string) => loadSettings(`[antivirus]\nclamd = "${value}"`, '/etc').antivirus.clamd;
  assert.deepEqual(clamd('tcp://127.0.0.1:3310'), { kind: 'tcp', host: '127.0.0.1', port: 3310 });
  assert.deepEqual(clamd('tcp://[::1]:3310'), { kind: 'tcp', host: '::1', port: 3310 });
  assert.deepEqual(clamd('unix:/run/clamav/clamd.ctl'), { kind: 'unix', path: '/run/clamav/clamd.ctl' });
  const wrong = [
    '127.0.0.1:3310',
    'tcp://127.0.0.1',
    'tcp://u@h:1',
    'tcp://h:1/x',
    'tcp://h:99999',
    'unix:run',
    '',
  ];
  for (const value of wrong) assert.throws(() => clamd(value), ConfigInvalid, value);
});

it('trusts in no filter and no scanner unless they are named', () => {
  const { replies, antivirus } = loadSettings('', '/etc');
  assert.deepEqual([replies.inboundFilter, antivirus.clamd], [false, null]);
});
