/** English texts of the account page: short words, short sentences. */

export const en = {
  title: 'My account',
  toMessages: 'Back to my messages',

  signInAgain: 'Sign in again',

  failure: {
    'sign-in-again': 'To protect your account, please sign in again before you change this.',
    'address-wrong': 'That is not an email address. Look for a typing mistake.',
    'address-yours': 'This address is in your account already.',
    'address-taken':
      'This address has an account of its own. Sign in with it and delete that account first, or use both.',
    'address-unknown': 'This address is no longer in your account.',
    'last-address': 'Your account needs an address. Add another one first.',
    'too-many-addresses': 'There are too many addresses in your account. Remove one first.',
    'password-wrong': 'That is not your password. Type the one that you have now.',
    'access-gone': 'This was answered or ended already.',
    'date-wrong': 'Choose a time that is not over.',
    'too-many-readers': 'Too many people read with you already. End one first.',
    'account-changed': 'Your account was changed in another window. Please try again.',
  },

  addresses: {
    title: 'Your email addresses',
    lead: 'Messages to all of them are in one list. You can sign in with each.',
    label: 'Another address of yours',
    add: 'Add this address',
    codeSent: (address: string) => `We sent a code with 6 digits to ${address}. It is good for 10 minutes.`,
    confirm: 'Confirm',
    rests:
      'You set a new password through another address. To be safe, we ask you to confirm this one. Until then it can’t be used to set a new password.',
    confirmName: (address: string) => `Confirm ${address}`,
    confirmed: (address: string) => `${address} is confirmed.`,
    added: (address: string) => `${address} was added.`,
    remove: 'Remove',
    removeName: (address: string) => `Remove ${address}`,
    removeTitle: 'Remove this address?',
    removeText:
      'Messages that came to it can then not be read any more: not by you, and not by somebody who gets the address after you. This can’t be undone.',
    removeYes: 'Remove it',
    removed: (address: string) => `${address} was removed.`,
  },

  password: {
    title: 'Your password',
    current: 'The password you have now',
    show: 'Show both passwords',
    hide: 'Hide both passwords',
    save: 'Change the password',
    done: 'Your password was changed.',
    others: 'All other browsers are signed out then.',
  },

  access: {
    title: 'Who else may read',
    lead: 'You can let somebody read the messages that come to you. They sign in with their own address. Senders are told who read, and for whom.',
    requests: 'Waiting for your answer',
    asks: (reader: string, address: string) =>
      `${reader} asks to read a message that was sent to ${address}.`,
    asksOnly: 'Say yes only if you know this person. They can then read this one message, not the others.',
    allow: 'Yes, let them read it',
    refuse: 'No',
    rests: (reader: string) =>
      `You set a new password by mail. To be safe, ${reader} can not read since then. Shall they read again?`,
    allowAgain: 'Yes, let them read again',
    allowed: (reader: string) => `${reader} may read now. We have told them.`,
    refused: 'They can not read it. We have told them.',
    end: 'End',
    ended: 'They can no longer read.',
    leave: 'Give it back',
    left: 'You no longer read for this address.',
    readsFor: 'You read for others',
    all: (address: string) => `All messages to ${address}.`,
    one: (address: string) => `One message to ${address}.`,
    until: (day: string) => `Until ${day}.`,
    noEnd: 'Until it is ended.',
    reader: 'Address of the person',
    readerHint: 'Their own address, not one that you share.',
    which: 'Messages to',
    howLong: 'For how long',
    days: (count: number) => (count === 365 ? 'One year' : `${count} days`),
    shared: 'Until I end it (a shared address)',
    give: 'Let them read',
  },

  deletion: {
    title: 'Delete your account',
    lead: 'You can close your account here. Please save what you still need first.',
    begin: 'Delete my account',
    question: 'Delete your account?',
    goesTitle: 'What goes',
    goes: 'Your way to sign in, your settings and replies that you have not sent. All messages to your addresses are closed for good: nobody can read them here any more, also not somebody who gets your address after you.',
    staysTitle: 'What stays',
    stays: (organization: string) =>
      `${organization} keeps a record of who sent you a message, when it was opened and from which account, because it must be able to show that. Senders keep what they wrote in their own mailboxes, and your sent replies are in theirs.`,
    hold: 'If a court or the law makes the organization keep messages, it keeps them in its own records. Deleting your account does not change that, and does not open them to anybody.',
    noWayBack: 'This can’t be undone.',
    yes: 'Yes, delete it',
  },

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
