import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dark, light, type Palette } from './palette.ts';

type Rgb = readonly [red: number, green: number, blue: number];

function channels(colour: string): Rgb {
  const part = (from: number): number => Number.parseInt(colour.slice(from, from + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

/** WCAG 2.2, relative luminance. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/** What a mail program does that darkens by itself: hue stays, lightness turns round. */
function inverted(rgb: Rgb): Rgb {
  const turn = 1 - Math.max(...rgb) - Math.min(...rgb);
  return [rgb[0] + turn, rgb[1] + turn, rgb[2] + turn];
}

const asItIs = (rgb: Rgb): Rgb => rgb;

const textOn: readonly (readonly [text: keyof Palette, background: keyof Palette])[] = [
  ['text', 'card'],
  ['text', 'panel'],
  ['muted', 'card'],
  ['muted', 'panel'],
  ['link', 'card'],
  ['onButton', 'button'],
];

for (const [name, palette, change] of [
  ['light', light, asItIs],
  ['dark', dark, asItIs],
  ['light, inverted', light, inverted],
  ['dark, inverted', dark, inverted],
] as const) {
  test(`contrast, ${name}: text 4.5 to 1, edges of buttons 3 to 1 (WCAG 2.2 AA)`, () => {
    const ratio = (a: keyof Palette, b: keyof Palette): number =>
      contrast(change(channels(palette[a])), change(channels(palette[b])));
    for (const [text, background] of textOn) {
      assert.ok(
        ratio(text, background) >= 4.5,
        `${text} on ${background}: ${ratio(text, background).toFixed(2)}`,
      );
    }
    assert.ok(ratio('button', 'card') >= 3);
  });
}
