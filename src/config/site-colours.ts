/**
 * The colours of a site's pages, made of the one that the site names. Every text must keep a contrast of 4.5 : 1 on
 * what lies under it, in both themes (WCAG 2.2, success criterion 1.4.3); what does not is refused with the nearest
 * shade that does. The grounds are those of the pages' style sheet.
 */
export interface ThemeColours {
  readonly accent: string;
  readonly accentStrong: string;
  readonly onAccent: string;
  readonly tint: string;
}

export interface SiteColours {
  readonly light: ThemeColours;
  readonly dark: ThemeColours;
}

/** `--paper`, `--ground` and the text on a button, by theme. */
export const GROUNDS = {
  light: { paper: '#ffffff', ground: '#f4f6f7', onAccent: '#ffffff' },
  dark: { paper: '#18222a', ground: '#0f161c', onAccent: '#06222d' },
} as const;

const ENOUGH = 4.5;
const STEPS = 100;
/** How much of the colour is in the ground of a box, and of black or white in the stronger shade. */
const TINT = { light: 0.08, dark: 0.14 } as const;
const STRONGER = 0.25;

type Theme = keyof typeof GROUNDS;
type Rgb = readonly [number, number, number];

/** `#rrggbb`, lower case. */
export function isColour(text: string): boolean {
  return /^#[\da-f]{6}$/u.test(text);
}

/** What the pages paint with; `dark` null: a shade of `light` that can be read on a dark ground. */
export function siteColours(light: string, dark: string | null): SiteColours {
  return { light: themeOf(light, 'light'), dark: themeOf(dark ?? nearestReadable(light, 'dark'), 'dark') };
}

/** Whether links, buttons and boxes of this colour can be read. */
export function isReadable(colour: string, theme: Theme): boolean {
  const { paper, ground, onAccent } = GROUNDS[theme];
  const { tint, accentStrong } = themeOf(colour, theme);
  const pairs = [
    [colour, paper],
    [colour, ground],
    [colour, tint],
    [accentStrong, tint],
    [onAccent, colour],
  ] as const;
  return pairs.every(([one, other]) => contrast(one, other) >= ENOUGH);
}

/** The colour itself, or the shade next to it that can be read: darker for the light theme, lighter for the dark one. */
export function nearestReadable(colour: string, theme: Theme): string {
  const end = theme === 'light' ? '#000000' : '#ffffff';
  for (let step = 0; step <= STEPS; step++) {
    const shade = mix(colour, end, step / STEPS);
    if (isReadable(shade, theme)) return shade;
  }
  return end;
}

/** WCAG 2.2: 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function themeOf(accent: string, theme: Theme): ThemeColours {
  const { paper, onAccent } = GROUNDS[theme];
  return {
    accent,
    accentStrong: mix(accent, theme === 'light' ? '#000000' : '#ffffff', STRONGER),
    onAccent,
    tint: mix(paper, accent, TINT[theme]),
  };
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** `share` of `other` in `colour`. */
function mix(colour: string, other: string, share: number): string {
  const [from, to] = [channels(colour), channels(other)];
  const mixed = from.map((part, i) => Math.round(part + ((to[i] ?? 0) - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function channels(colour: string): Rgb {
  const part = (from: number): number => Number.parseInt(colour.slice(from, from + 2), 16);
  return [part(1), part(3), part(5)];
}
