/**
 * Colours of the mails. The light ones stand inline on every element, because most programs read nothing else; the
 * dark ones come by media query. Programs that invert by themselves find pairs far enough apart to stay readable:
 * a test computes the contrast of every pair that is shown.
 */
export interface Palette {
  readonly page: string;
  readonly card: string;
  readonly border: string;
  readonly text: string;
  readonly muted: string;
  readonly link: string;
  readonly panel: string;
  readonly button: string;
  readonly onButton: string;
}

export const light: Palette = {
  page: '#f2f4f7',
  card: '#ffffff',
  border: '#d5dae1',
  text: '#1d2430',
  muted: '#505a69',
  link: '#0b57b0',
  panel: '#eef3f9',
  button: '#0b57b0',
  onButton: '#ffffff',
};

export const dark: Palette = {
  page: '#101317',
  card: '#1a1f26',
  border: '#3a434f',
  text: '#e9edf2',
  muted: '#b4bdc9',
  link: '#8fc0ff',
  panel: '#242b35',
  button: '#8fc0ff',
  onButton: '#0d1a2b',
};
