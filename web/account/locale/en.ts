/** English texts of the account page: short words, short sentences. */

export const en = {
  title: 'My account',
  toMessages: 'Back to my messages',

  sessions: {
    title: 'Where you are signed in',
    before: (when: string, browser: string) =>
      `Before this, you signed in on ${when}${browser === '' ? '' : ` (${browser})`}.`,
    unknownBrowser: 'Another browser',
    here: 'This one',
    since: (since: string, used: string) => `Signed in on ${since}. Last used on ${used}.`,
    everywhere: 'Sign out everywhere',
    notYou: 'You see something that was not you? Sign out everywhere, then set a new password.',
  },

  preferences: {
    title: 'Language, dates and letters',
    language: 'Language of pages and mails',
    timeZone: 'Time zone for dates',
    zoneOfDevice: (zone: string) => `As on this device (${zone})`,
    letters: 'Size of letters',
    normal: 'Normal',
    larger: 'Larger',
    save: 'Save',
    saved: 'Saved.',
  },
};

export type AccountTexts = typeof en;
