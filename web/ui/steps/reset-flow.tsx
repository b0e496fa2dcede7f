/** A new password by mail: ask, code, password. Never tells whether an address has an account. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../api.ts';
import type { CodeSent } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { language, texts } from '../locale/locale.ts';
import { Button, Field, ProblemBox } from '../parts/controls.tsx';
import { KnownAddress } from '../parts/known-address.tsx';
import { Page } from '../parts/page.tsx';
import { useRequest } from '../use-request.ts';
import { CodeStep } from './code-step.tsx';
import { PasswordStep } from './password-step.tsx';

export interface ResetFlowProps {
  /** From a notice's link; else an address is asked for. */
  readonly linkToken: string | null;
  readonly address: string;
  /** Called when the password is set and the person is signed in; the message of the link, if the server names it. */
  readonly onDone: (messageId: string | null) => Promise<void> | void;
  readonly onBack: () => void;
}

type Step =
  | { readonly at: 'ask' }
  | { readonly at: 'code'; readonly sent: CodeSent }
  | { readonly at: 'password' };

export function ResetFlow({ linkToken, address: initial, onDone, onBack }: ResetFlowProps) {
  const t = texts();
  const [step, setStep] = useState<Step>({ at: 'ask' });
  const [address, setAddress] = useState(initial);
  const asking = useRequest();

  async function ask(): Promise<CodeSent> {
    if (linkToken === null && address.trim() === '') throw new ApiFailure('address-missing', 0);
    const locale = language.value;
    const about = linkToken === null ? { address: address.trim(), locale } : { linkToken, locale };
    return (await call<CodeSent | undefined>('POST', '/api/reset', about)) ?? {};
  }

  if (step.at === 'code') {
    return (
      <CodeStep
        sentTo={t.code.sentToReset}
        sent={step.sent}
        resend={ask}
        verify={async (code) => {
          await call('POST', '/api/reset/verify', { code });
          setStep({ at: 'password' });
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
          const answer = await call<{ messageId?: string | null } | undefined>(
            'POST',
            '/api/reset/password',
            {
              password,
            },
          );
          await onDone(answer?.messageId ?? null);
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
