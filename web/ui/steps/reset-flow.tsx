/** A new password by mail: ask, code, password. Never tells whether an address has an account. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../api.ts';
import type { CodeSent, SignInAnswer } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { language, texts } from '../locale/locale.ts';
import { Button, Field, ProblemBox } from '../parts/controls.tsx';
import { KnownAddress } from '../parts/known-address.tsx';
import { Page } from '../parts/page.tsx';
import { useRequest } from '../use-request.ts';
import { CodeStep } from './code-step.tsx';
import { ResetSecondFactor } from './credential-steps.tsx';
import { PasswordStep } from './password-step.tsx';

export interface ResetFlowProps {
  /** From a notice's link; else an address is asked for. */
  readonly linkToken: string | null;
  readonly address: string;
  /** Called when the password is set and the person is signed in, but for what the answer names. */
  readonly onDone: (answer: SignInAnswer) => void;
  readonly onBack: () => void;
}

type Step =
  | { readonly at: 'ask' }
  | { readonly at: 'code'; readonly sent: CodeSent }
  | { readonly at: 'second-factor'; readonly lostEffectiveAt: string | null; readonly wrong: boolean }
  | { readonly at: 'password' };

interface ResetNeeds {
  readonly secondFactor: boolean;
  readonly lostEffectiveAt: string | null;
}

export function ResetFlow({ linkToken, address: initial, onDone, onBack }: ResetFlowProps) {
  const t = texts();
  const [step, setStep] = useState<Step>({ at: 'ask' });
  const [address, setAddress] = useState(initial);
  const [secondFactor, setSecondFactor] = useState<string | null>(null);
  // A code is good for a minute: whoever took longer over the password types another one.
  const [chosen, setChosen] = useState<string | null>(null);
  const asking = useRequest();

  const target = linkToken === null ? { address: address.trim() } : { linkToken };
  async function ask(): Promise<CodeSent> {
    if (linkToken === null && address.trim() === '') throw new ApiFailure('address-missing', 0);
    return (
      (await call<CodeSent | undefined>('POST', '/api/reset', { ...target, locale: language.value })) ?? {}
    );
  }

  if (step.at === 'code') {
    return (
      <CodeStep
        sentTo={t.code.sentToReset}
        sent={step.sent}
        resend={ask}
        byTelephone
        verify={async (code) => {
          const { secondFactor: needed, lostEffectiveAt } = await call<ResetNeeds>(
            'POST',
            '/api/reset/verify',
            { code, ...target },
          );
          setStep(needed ? { at: 'second-factor', lostEffectiveAt, wrong: false } : { at: 'password' });
        }}
      />
    );
  }
  async function finish(password: string, code: string | null): Promise<void> {
    const given = { password, ...(code !== null && { secondFactor: code }) };
    onDone(await call<SignInAnswer>('POST', '/api/reset/password', given));
  }

  if (step.at === 'second-factor') {
    return (
      <ResetSecondFactor
        lostEffectiveAt={step.lostEffectiveAt}
        wrong={step.wrong}
        onGiven={async (code) => {
          if (chosen !== null) return finish(chosen, code);
          setSecondFactor(code);
          setStep({ at: 'password' });
          return undefined;
        }}
      />
    );
  }
  if (step.at === 'password') {
    return (
      <PasswordStep
        title={t.reset.passwordTitle}
        submit={t.password.saveReset}
        username={address}
        save={async (password) => {
          try {
            await finish(password, secondFactor);
          } catch (error) {
            if (codeOf(error) !== 'second-factor-wrong') throw error;
            setChosen(password);
            setStep({ at: 'second-factor', lostEffectiveAt: null, wrong: true });
          }
        }}
      />
    );
  }
  const missing = asking.failure !== null && codeOf(asking.failure) === 'address-missing';
  return (
    <div class="card">
      <Page title={t.reset.title} stepped>
        <p>{t.reset.lead}</p>
        <p class="aside">{t.reset.older}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            asking.run(async () => setStep({ at: 'code', sent: await ask() }));
          }}
        >
          {linkToken === null ? (
            <Field
              id="address"
              label={t.signInPage.addressLabel}
              problem={missing ? t.failure['address-missing'] : null}
              input={{
                type: 'email',
                name: 'username',
                autoComplete: 'username',
                autoCapitalize: 'off',
                spellcheck: false,
                value: address,
                onText: setAddress,
              }}
            />
          ) : (
            <KnownAddress label={t.signInPage.addressLabel} address={address} />
          )}
          {asking.failure !== null && !missing && <ProblemBox text={explain(asking.failure)} />}
          <Button submit wide busy={asking.busy}>
            {asking.busy ? t.link.sendingCode : t.reset.submit}
          </Button>
          <p class="divided">
            <Button kind="plain" onPress={() => setStep({ at: 'code', sent: { resendAfterSeconds: 0 } })}>
              {t.reset.haveCode}
            </Button>{' '}
            <Button kind="plain" onPress={onBack}>
              {t.back}
            </Button>
          </p>
        </form>
      </Page>
    </div>
  );
}
