import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { contrast, GROUNDS, isReadable, nearestReadable, siteColours } from './site-colours.ts';

describe('colours of a site', () => {
  it('measure contrast as WCAG does', () => {
    assert.equal(contrast('#000000', '#ffffff'), 21);
    assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
    assert.equal(contrast('#ffffff', '#767676').toFixed(2), '4.54');
  });

  it('stand on the grounds of the pages', () => {
    const css = readFileSync(new URL('../../web/ui/style.css', import.meta.url), 'utf8');
    const [light = '', dark = ''] = css.split('prefers-color-scheme: dark');
    for (const [text, theme] of [
      [light, 'light'],
      [dark, 'dark'],
    ] as const) {
      const { paper, ground, onAccent } = GROUNDS[theme];
      assert.ok(text.includes(`--paper: ${paper};`));
      assert.ok(text.includes(`--ground: ${ground};`));
      assert.ok(text.includes(`--on-accent: var(--site-${theme}-on-accent, ${onAccent});`));
    }
  });

  it('find the nearest shade that can be read, of any colour, in both themes', () => {
    assert.equal(nearestReadable('#0a5a76', 'light'), '#0a5a76');
    for (let hue = 0; hue < 4096; hue += 37) {
      const colour = `#${[...hue.toString(16).padStart(3, '0')].map((digit) => digit + digit).join('')}`;
      for (const theme of ['light', 'dark'] as const)
        assert.ok(isReadable(nearestReadable(colour, theme), theme), `${colour} ${theme}`);
      const { dark } = siteColours(nearestReadable(colour, 'light'), null);
      assert.ok(isReadable(dark.accent, 'dark'), colour);
    }
    assert.equal(isReadable('#ffcc00', 'light'), false);
  });
});
