/** English words for what changed about how somebody signs in. */
import type { CredentialChangeKind } from '../words.ts';
import type { AccountChangeWords, Catalog } from './catalog.ts';

export const credentialChanges: Readonly<Record<CredentialChangeKind, AccountChangeWords>> = {
  'account-created-passkey': {
    subject: ({ organization }) => `Your account for secure messages from ${organization}`,
    title: 'Your account is ready',
    text: ({ organization, moment }) =>
      `On ${moment}, an account was made for you to read secure messages from ${organization}. ` +
      'From now on, sign in with the passkey that you made: your fingerprint, your face or the PIN of your device.',
  },
  'password-removed': {
    subject: ({ organization }) => `Your password was removed (${organization})`,
    title: 'Your password was removed',
    text: ({ organization, moment }) =>
      `On ${moment}, the password of your account for secure messages from ${organization} was removed. ` +
      'From now on, sign in with your passkey.',
  },
  'passkey-added': {
    subject: ({ organization }) => `A new passkey for your account (${organization})`,
    title: 'A passkey was added',
    text: ({ organization, moment }) =>
      `On ${moment}, a passkey was added to your account for secure messages from ${organization}. ` +
      'Whoever has it can sign in to your account.',
  },
  'passkey-removed': {
    subject: ({ organization }) => `A passkey was removed from your account (${organization})`,
    title: 'A passkey was removed',
    text: ({ organization, moment }) =>
      `On ${moment}, a passkey was removed from your account for secure messages from ${organization}. ` +
      'It does not sign in any more.',
  },
  'passkey-confirmed': {
    subject: ({ organization }) => `A passkey works again for your account (${organization})`,
    title: 'A passkey works again',
    text: ({ organization, moment }) =>
      `On ${moment}, a passkey that did not count since your password was reset was confirmed. ` +
      `It signs in to your account for secure messages from ${organization} again, and older messages open again.`,
  },
  'second-factor-on': {
    subject: ({ organization }) => `Signing in now takes a second step (${organization})`,
    title: 'The second step is on',
    text: ({ organization, moment }) =>
      `On ${moment}, a second step was turned on for your account for secure messages from ${organization}. ` +
      'After the password, we ask for a code from the app on your phone.',
  },
  'second-factor-off': {
    subject: ({ organization }) => `The second step is off (${organization})`,
    title: 'The second step is off',
    text: ({ organization, moment }) =>
      `On ${moment}, the second step was turned off for your account for secure messages from ${organization}. ` +
      'Now the password alone is enough to sign in.',
  },
  'recovery-codes-made': {
    subject: ({ organization }) => `New recovery codes for your account (${organization})`,
    title: 'You have new recovery codes',
    text: ({ organization, moment }) =>
      `On ${moment}, new recovery codes were made for your account for secure messages from ${organization}. ` +
      'The old ones do not work any more.',
  },
  'recovery-code-used': {
    subject: ({ organization }) => `A recovery code was used (${organization})`,
    title: 'A recovery code was used',
    text: ({ organization, moment }) =>
      `On ${moment}, somebody signed in to your account for secure messages from ${organization}. ` +
      'They used your password and a recovery code. That code does not work any more.',
  },
  'device-remembered': {
    subject: ({ organization }) => `A device is remembered (${organization})`,
    title: 'A device is remembered',
    text: ({ organization, moment }) =>
      `On ${moment}, somebody signed in to your account for secure messages from ${organization}. ` +
      'They asked us to remember the device. For 30 days, we do not ask for the second step there.',
  },
  'provider-added': {
    subject: ({ organization }) => `A new way to sign in to your account (${organization})`,
    title: 'A way to sign in was added',
    text: ({ organization, moment }) =>
      `On ${moment}, a Google or Microsoft account was added to your account for secure messages from ${organization}. ` +
      'Whoever has it can sign in to your account.',
  },
  'provider-removed': {
    subject: ({ organization }) => `A way to sign in was removed (${organization})`,
    title: 'A way to sign in was removed',
    text: ({ organization, moment }) =>
      `On ${moment}, a Google or Microsoft account was taken off your account for secure messages from ${organization}. ` +
      'It does not sign in here any more.',
  },
  'reset-stopped': {
    subject: ({ organization }) => `Nothing was changed in your account (${organization})`,
    title: 'The reset was stopped',
    text: ({ organization, moment }) =>
      `On ${moment}, the reset of your account for secure messages from ${organization} was stopped. ` +
      'Your password and your second step are as before.',
  },
};

export const resetWaits: Catalog['resetWaits'] = {
  subject: ({ organization }) => `Stop this if it was not you: your account (${organization})`,
  title: 'Somebody asks to sign in without the second step',
  text: ({ organization, until }) =>
    `Somebody who can read your email wants to get in to your account for secure messages from ${organization}. ` +
    `They say that they lost the second step. From ${until} they can set a new password without it.`,
  wasYou:
    'Was it you? Then you do not need to do anything. After that time, ask for a new password once more.',
  notYou: 'Was it not you? Then stop it now. Your account stays as it is:',
  button: 'Stop it',
};

/** The help desk made a hand-over code for the address. */
export const handOverCode: AccountChangeWords = {
  subject: ({ organization }) => `A code was given by telephone for your address (${organization})`,
  title: 'A code was given by telephone',
  text: ({ organization, moment }) =>
    `On ${moment}, our help desk gave a code by telephone to somebody who said that they are you. For half an hour it ` +
    `can be used in place of the code that we mail: to make an account at this address, or to set a new password, for ` +
    `secure messages from ${organization}.`,
};

/** The help desk sends the way to a new password. */
export const resetStarted: Catalog['resetStarted'] = {
  subject: ({ organization }) => `Set a new password for secure messages from ${organization}`,
  title: 'Set a new password',
  text: ({ organization }) =>
    `Our help desk sends you this mail, so that you can set a new password for secure messages from ${organization}. ` +
    'Open the page and ask for the code there. We mail it to you.',
  button: 'Set a new password',
  notAsked: 'Did you not ask for it? Then you do not need to do anything. Your password stays as it is.',
};
