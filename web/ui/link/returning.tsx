/** The link of somebody who has an account: a passkey or the password, and the ways for who has neither. */
import { call } from '../api.ts';
import type { SignInAnswer } from '../api-types.ts';
import { texts } from '../locale/locale.ts';
import { Button } from '../parts/controls.tsx';
import { Page } from '../parts/page.tsx';
import { PasskeySignIn, ProviderSignIn } from '../steps/credential-steps.tsx';
import { SignInForm } from '../steps/sign-in-form.tsx';
import type { LinkStepProps } from './link-step.ts';
import { MessageFacts, linkTitle } from './message-facts.tsx';
import { NotForMe } from './not-for-me.tsx';
import { OtherWaysButton } from './other-ways-button.tsx';

export interface ReturningProps extends LinkStepProps {
  readonly token: string;
  readonly onDone: (answer: SignInAnswer) => void;
}

export function Returning({ token, onDone, ...steps }: ReturningProps) {
  const { facts, onStep } = steps;
  const t = texts();
  return (
    <div class="card">
      <Page title={linkTitle(facts)} tabTitle={t.sendSecure}>
        <MessageFacts facts={facts} />
        <h2>{t.signInPage.titleMessage}</h2>
        <PasskeySignIn linkToken={token} onDone={onDone} />
        <SignInForm
          knownAddress={facts.maskedAddress}
          submit={t.signInPage.submitRead}
          signIn={async ({ password }) => {
            onDone(await call<SignInAnswer>('POST', '/api/session', { password, linkToken: token }));
          }}
          onForgot={() => onStep({ at: 'reset' })}
        />
        <ProviderSignIn to={`/m/${token}`} />
        <Button kind="plain" onPress={() => onStep({ at: 'forwarded' })}>
          {t.link.forwarded}
        </Button>
        <OtherWaysButton {...steps} />
        <NotForMe {...steps} />
      </Page>
    </div>
  );
}
