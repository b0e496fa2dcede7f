/** Every page and state that a recipient can meet, for pictures and for the accessibility test. */
import type { Page } from 'playwright-core';

import { CODE, PASSWORD, type MockPortal } from './mock-portal.ts';

export interface Stage {
  readonly page: Page;
  readonly portal: MockPortal;
}

export interface Scene {
  readonly name: string;
  readonly locale?: string;
  readonly viewportOnly?: boolean;
  /** Resolves when the scene stands. */
  show(stage: Stage): Promise<void>;
}

async function heading(page: Page, text: RegExp | string): Promise<void> {
  await page.getByRole('heading', { name: text }).first().waitFor();
}

async function visit({ page, portal }: Stage, path: string): Promise<void> {
  await page.goto(portal.url + path);
  await page.locator('main').waitFor();
}

async function signedIn(stage: Stage, path: string): Promise<void> {
  stage.portal.state.signedIn = true;
  await visit(stage, path);
}

async function toCode(stage: Stage): Promise<void> {
  await visit(stage, '/m/first');
  await stage.page.getByRole('button', { name: 'Send me the code' }).click();
  await heading(stage.page, 'Type the code');
}

async function toOtherWays(stage: Stage): Promise<void> {
  await visit(stage, '/m/first');
  await stage.page.getByRole('button', { name: 'I want to get it another way' }).click();
  await heading(stage.page, 'How would you like to get this message?');
}

async function toPassword(stage: Stage): Promise<void> {
  await toCode(stage);
  await stage.page.getByLabel('Code from the mail').fill(CODE);
  await heading(stage.page, 'Choose a password');
  await stage.page.getByText('garden lantern quiet harbor').waitFor();
}

/** The password of a sign-in that lacks more. */
async function toFurtherStep(stage: Stage, due: MockPortal['state']['due'], title: string): Promise<void> {
  stage.portal.state.due = due;
  await visit(stage, '/sign-in');
  await stage.page.getByLabel('Your email address').fill('margaret.olsen@mail.example');
  await stage.page.getByLabel('Your password', { exact: true }).fill(PASSWORD);
  await stage.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await heading(stage.page, title);
}

async function toResetOfSecondFactor(stage: Stage): Promise<void> {
  stage.portal.state.due = 'second-factor';
  await visit(stage, '/sign-in');
  await stage.page.getByRole('button', { name: 'Forgot your password?' }).click();
  await stage.page.getByLabel('Your email address').fill('margaret.olsen@mail.example');
  await stage.page.getByRole('button', { name: 'Send me the code' }).click();
  await stage.page.getByLabel('Code from the mail').fill(CODE);
  await heading(stage.page, 'One more step');
}

export const SCENES: readonly Scene[] = [
  {
    name: 'choose-passkey',
    async show(stage) {
      await stage.page.addInitScript(() => {
        PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = () => Promise.resolve(true);
      });
      await toCode(stage);
      await stage.page.getByLabel('Code from the mail').fill(CODE);
      await heading(stage.page, 'How do you want to sign in next time?');
    },
  },
  {
    name: 'second-factor',
    show: (stage) => toFurtherStep(stage, 'second-factor', 'One more step'),
  },
  {
    name: 'second-factor-wrong',
    async show(stage) {
      await toFurtherStep(stage, 'second-factor', 'One more step');
      await stage.page.getByLabel('Code from the app').fill('999999');
      await stage.page.getByRole('button', { name: 'Go on' }).click();
      await stage.page.getByText('That is not the code').waitFor();
    },
  },
  {
    name: 'second-factor-setup',
    async show(stage) {
      await toFurtherStep(stage, 'second-factor-setup', 'Set up the second step');
      await stage.page.getByRole('img', { name: 'Picture with the key' }).waitFor();
    },
  },
  {
    name: 'recovery-codes',
    async show(stage) {
      await toFurtherStep(stage, 'second-factor-setup', 'Set up the second step');
      await stage.page.getByLabel('Code from the app').fill(CODE);
      await stage.page.getByRole('button', { name: 'Turn on' }).click();
      await heading(stage.page, 'Keep these recovery codes');
    },
  },
  {
    name: 'mailbox-again',
    show: (stage) => toFurtherStep(stage, 'mailbox', 'Type the code'),
  },
  { name: 'reset-second-factor', show: toResetOfSecondFactor },
  {
    name: 'reset-lost',
    async show(stage) {
      await toResetOfSecondFactor(stage);
      await stage.page.getByRole('button', { name: 'I have lost both' }).click();
      await heading(stage.page, 'You lost the app and the recovery codes');
    },
  },
  {
    name: 'stop-reset',
    async show(stage) {
      await visit(stage, '/stop-reset/waits');
      await heading(stage.page, 'Stop the reset?');
    },
  },
  {
    name: 'stop-reset-over',
    locale: 'es-MX',
    async show(stage) {
      await visit(stage, '/stop-reset/over');
      await heading(stage.page, 'No hay nada que detener');
    },
  },
  {
    name: 'home',
    async show(stage) {
      await visit(stage, '/');
      await stage.page.getByText('Riverside Clinic uses this site').waitFor();
    },
  },
  {
    name: 'link-first',
    async show(stage) {
      await visit(stage, '/m/first');
      await heading(stage.page, /secure message/);
    },
  },
  {
    name: 'link-first-spanish',
    locale: 'es-MX',
    async show(stage) {
      await visit(stage, '/m/first');
      await heading(stage.page, /mensaje seguro/);
    },
  },
  {
    name: 'link-not-for-me',
    viewportOnly: true,
    async show(stage) {
      await visit(stage, '/m/first');
      await stage.page.getByRole('button', { name: 'This is not for me' }).click();
      await heading(stage.page, 'Not meant for you?');
    },
  },
  {
    name: 'link-not-for-me-done',
    async show(stage) {
      await visit(stage, '/m/first');
      await stage.page.getByRole('button', { name: 'This is not for me' }).click();
      await stage.page.getByRole('button', { name: 'Yes, lock it' }).click();
      await heading(stage.page, /message is locked/);
    },
  },
  {
    name: 'link-locked',
    async show(stage) {
      await visit(stage, '/m/locked');
      await heading(stage.page, 'This message is locked');
    },
  },
  {
    name: 'link-expired',
    async show(stage) {
      await visit(stage, '/m/expired');
      await heading(stage.page, 'The time for this message is over');
    },
  },
  {
    name: 'telephone-code',
    async show(stage) {
      await toCode(stage);
      await stage.page.getByRole('button', { name: 'I got a code by telephone' }).click();
      await heading(stage.page, 'Type the code from the telephone');
    },
  },
  {
    name: 'other-ways',
    async show(stage) {
      await toOtherWays(stage);
    },
  },
  {
    name: 'other-ways-call',
    async show(stage) {
      await toOtherWays(stage);
      await stage.page.getByRole('button', { name: 'Call me' }).click();
      await heading(stage.page, 'We ask for a call');
    },
  },
  {
    name: 'other-ways-somebody',
    async show(stage) {
      await toOtherWays(stage);
      await stage.page.getByRole('button', { name: 'Somebody reads it to me' }).click();
      await stage.page.getByRole('button', { name: /^Tell/ }).click();
      await stage.page.getByText('Please write a name').waitFor();
    },
  },
  {
    name: 'other-ways-told',
    async show(stage) {
      await toOtherWays(stage);
      await stage.page.getByRole('button', { name: 'Send me a letter' }).click();
      await stage.page.getByRole('button', { name: /^Tell/ }).click();
      await heading(stage.page, 'We have told the sender');
    },
  },
  {
    name: 'link-expired-asked',
    async show(stage) {
      await visit(stage, '/m/expired');
      await stage.page.getByLabel(/A few words/).fill('I was away. May I read it once more?');
      await stage.page.getByRole('button', { name: 'Ask to read it' }).click();
      await heading(stage.page, 'We have asked for you');
    },
  },
  {
    name: 'link-released',
    async show(stage) {
      await visit(stage, '/m/released');
      await heading(stage.page, 'This message must be released first');
    },
  },
  {
    name: 'link-unknown',
    async show(stage) {
      await visit(stage, '/m/nonsense');
      await heading(stage.page, 'We don’t know this link');
    },
  },
  {
    name: 'link-offline',
    async show(stage) {
      stage.portal.state.failures.set('/api/links', { status: 500, code: 'internal' });
      await visit(stage, '/m/first');
      await stage.page.getByRole('alert').waitFor();
    },
  },
  { name: 'code', show: toCode },
  {
    name: 'code-wrong',
    async show(stage) {
      await toCode(stage);
      await stage.page.getByLabel('Code from the mail').fill('000000');
      await stage.page.getByText('4 tries left').waitFor();
    },
  },
  {
    name: 'code-too-many',
    async show(stage) {
      stage.portal.state.failures.set('/api/links/first/code', {
        status: 429,
        code: 'too-many-codes',
        retryAfterSeconds: 1500,
      });
      await visit(stage, '/m/first');
      await stage.page.getByRole('button', { name: 'Send me the code' }).click();
      await stage.page.getByText('25 minutes').waitFor();
    },
  },
  { name: 'password', show: toPassword },
  {
    name: 'password-short',
    async show(stage) {
      await toPassword(stage);
      await stage.page.getByLabel('New password').fill('sunshine');
      await stage.page.getByRole('button', { name: 'Save and read' }).click();
      await stage.page.getByText('That is too short').waitFor();
    },
  },
  {
    name: 'password-suggested',
    async show(stage) {
      await toPassword(stage);
      await stage.page.getByRole('button', { name: 'Use these words' }).click();
    },
  },
  {
    name: 'returning',
    async show(stage) {
      await visit(stage, '/m/returning');
      await stage.page.getByLabel('Your password').waitFor();
    },
  },
  {
    name: 'returning-wrong',
    async show(stage) {
      await visit(stage, '/m/returning');
      await stage.page.getByLabel('Your password').fill('not the password');
      await stage.page.getByRole('button', { name: 'Read the message' }).click();
      await stage.page.getByText('That did not match').waitFor();
    },
  },
  {
    name: 'sign-in',
    async show(stage) {
      await visit(stage, '/sign-in');
      await stage.page.getByLabel('Your password').waitFor();
    },
  },
  {
    name: 'reset',
    async show(stage) {
      await visit(stage, '/sign-in');
      await stage.page.getByRole('button', { name: 'Forgot your password?' }).click();
      await heading(stage.page, 'Set a new password');
    },
  },
  {
    name: 'reset-password',
    async show(stage) {
      await visit(stage, '/sign-in');
      await stage.page.getByRole('button', { name: 'Forgot your password?' }).click();
      await stage.page.getByLabel('Your email address').fill('margaret.olsen@mail.example');
      await stage.page.getByRole('button', { name: 'Send me the code' }).click();
      await stage.page.getByLabel('Code from the mail').fill(CODE);
      await heading(stage.page, 'Choose a new password');
      await stage.page.getByText('garden lantern quiet harbor').waitFor();
    },
  },
  {
    name: 'list',
    async show(stage) {
      await signedIn(stage, '/messages');
      await heading(stage.page, 'My messages');
    },
  },
  {
    name: 'list-empty',
    async show(stage) {
      stage.portal.state.listed = [];
      await signedIn(stage, '/messages');
      await heading(stage.page, 'My messages');
    },
  },
  {
    name: 'list-waiting',
    async show(stage) {
      stage.portal.state.delayMs = 3000;
      stage.portal.state.signedIn = true;
      await stage.page.goto(`${stage.portal.url}/messages`);
      await stage.page.locator('.skeleton').waitFor();
    },
  },
  {
    name: 'message-text',
    async show(stage) {
      await signedIn(stage, '/messages/msg-text');
      await stage.page.getByText('Dear Mrs Olsen').waitFor();
      await stage.page.getByText('More details').click();
    },
  },
  {
    name: 'message-html',
    async show(stage) {
      await signedIn(stage, '/messages/msg-html');
      const frame = stage.page.frameLocator('iframe');
      await frame.getByText('Dear Mrs Olsen').waitFor();
      await frame.locator('img[src^="blob:"]').waitFor();
      await stage.page.waitForTimeout(200);
    },
  },
  {
    name: 'message-invitation',
    async show(stage) {
      await signedIn(stage, '/messages/msg-invitation');
      await heading(stage.page, /Invitation: Follow-up/);
    },
  },
  {
    name: 'message-image-view',
    viewportOnly: true,
    async show(stage) {
      await signedIn(stage, '/messages/msg-text');
      await stage.page.getByRole('button', { name: 'View chart.png' }).click();
      await stage.page.locator('.viewer-image').waitFor();
    },
  },
  {
    name: 'message-missing',
    async show(stage) {
      await signedIn(stage, '/messages/nothing');
      await heading(stage.page, 'There is no such message here');
    },
  },
  {
    name: 'message-locked',
    async show(stage) {
      stage.portal.state.failures.set('/api/messages/msg-text/open', { status: 410, code: 'locked' });
      await signedIn(stage, '/messages/msg-text');
      await heading(stage.page, 'This message is locked');
    },
  },
  {
    name: 'idle-warning',
    viewportOnly: true,
    async show(stage) {
      stage.portal.state.idleSeconds = 100;
      await signedIn(stage, '/messages');
      await heading(stage.page, 'Are you still there?');
    },
  },
  {
    name: 'signed-out',
    async show(stage) {
      await visit(stage, '/m/returning');
      await stage.page.getByLabel('Your password').fill(PASSWORD);
      await stage.page.getByRole('button', { name: 'Read the message' }).click();
      await stage.page.getByText('Dear Mrs Olsen').waitFor();
      await stage.page.getByRole('button', { name: 'Sign out' }).click();
      await stage.page.getByText('You are signed out').waitFor();
    },
  },
  {
    name: 'check',
    async show(stage) {
      await visit(stage, '/check');
      await stage.page.getByLabel('Code from the subject').waitFor();
    },
  },
  {
    name: 'check-yes',
    async show(stage) {
      await visit(stage, '/check');
      await stage.page.getByLabel('Code from the subject').fill('7k4 2qf 9xm');
      await stage.page.getByLabel('Address that got the mail').fill('margaret.olsen@mail.example');
      await stage.page.getByRole('button', { name: 'Check' }).click();
      await heading(stage.page, 'Yes, this mail is from us');
    },
  },
  {
    name: 'check-no',
    async show(stage) {
      await visit(stage, '/check');
      await stage.page.getByLabel('Code from the subject').fill('aaa');
      await stage.page.getByLabel('Address that got the mail').fill('margaret.olsen@mail.example');
      await stage.page.getByRole('button', { name: 'Check' }).click();
      await heading(stage.page, 'We don’t know this mail');
    },
  },
  {
    name: 'fake',
    async show(stage) {
      await visit(stage, '/help/fake');
      await stage.page.getByLabel('The mail', { exact: true }).waitFor();
    },
  },
  {
    name: 'fake-no',
    async show(stage) {
      await visit(stage, '/help/fake');
      await stage.page.getByLabel('The mail', { exact: true }).fill('https://secure-hospital.example/m/x');
      await stage.page.getByRole('button', { name: 'Check the mail' }).click();
      await heading(stage.page, 'No. This mail is not from us');
    },
  },
  {
    name: 'fake-changed',
    locale: 'es-MX',
    async show(stage) {
      await visit(stage, '/help/fake');
      await stage.page.getByLabel('El correo', { exact: true }).fill('changed');
      await stage.page.getByRole('button', { name: 'Comprobar el correo' }).click();
      await heading(stage.page, 'Cuidado: este correo se cambió');
    },
  },
  {
    name: 'fake-nothing',
    async show(stage) {
      await visit(stage, '/help/fake');
      await stage.page.getByRole('button', { name: 'Check the mail' }).click();
      await stage.page.getByText('Copy the mail into this box').waitFor();
    },
  },
  {
    name: 'site-north',
    async show(stage) {
      await visit(stage, '/sign-in?site=north');
      await stage.page.getByText('Northside Children’s Hospital').waitFor();
    },
  },
  {
    name: 'site-north-help',
    locale: 'es-MX',
    async show(stage) {
      await visit(stage, '/help?site=north');
      await stage.page.getByText('555 0199').first().waitFor();
    },
  },
  {
    name: 'help',
    async show(stage) {
      await visit(stage, '/help');
      await heading(stage.page, 'I want to send one');
    },
  },
  {
    name: 'help-send',
    async show(stage) {
      await visit(stage, '/help/send');
      await heading(stage.page, 'How to send a secure message');
    },
  },
  {
    name: 'help-is-this-real-spanish',
    locale: 'es-ES',
    async show(stage) {
      await visit(stage, '/help/is-this-real');
      await heading(stage.page, '¿Es auténtico este correo?');
    },
  },
  {
    name: 'not-found',
    async show(stage) {
      await visit(stage, '/nothing/here');
      await heading(stage.page, 'There is no page here');
    },
  },
];
