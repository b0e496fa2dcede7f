/** An account with an address of one's own: address, code, password. `linkToken`: of a notice that somebody passed on. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../ui/api.ts';
import type { CodeSent, Registration } from '../ui/api-types.ts';
import { explain } from '../ui/explain.ts';
import { language } from '../ui/locale/locale.ts';
import { Button, Field, PageSkeleton, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { noteSignedIn } from '../ui/session.ts';
import { CodeStep } from '../ui/steps/code-step.tsx';
import { PasswordStep } from '../ui/steps/password-step.tsx';
import { useRequest } from '../ui/use-request.ts';
import { accessTexts } from './access-texts.ts';

type Step =
  | { readonly at: 'address' }
  /** `to`: the address, or what may be shown of it. */
  | { readonly at: 'code'; readonly to: string; readonly sent: CodeSent }
  | { readonly at: 'password'; readonly proven: string };

export interface JoinProps {
  readonly linkToken: string | null;
  readonly onDone: () => void;
  readonly onSignIn: () => void;
}

/** Where this browser was when its page was closed. */
function stepOf({ state, joining, maskedAddress, address }: Registration): Step {
  if (!joining || state === 'none') return { at: 'address' };
  if (state === 'code-sent') return { at: 'code', to: maskedAddress ?? '', sent: {} };
  return { at: 'password', proven: address ?? '' };
}

export function Join({ linkToken, onDone, onSignIn }: JoinProps) {
  const t = accessTexts();
  const [step, setStep] = useState<Step | null>(null);
  const [address, setAddress] = useState('');
  const sending = useRequest();
  useEffect(() => {
    call<Registration>('GET', '/api/registration').then(
      (found) => setStep(stepOf(found)),
      () => setStep({ at: 'address' }),
    );
  }, []);

  function sendCode(): Promise<CodeSent> {
    const link = linkToken === null ? {} : { linkToken };
    return call<CodeSent>('POST', '/api/join/code', { address, locale: language.value, ...link });
  }
  if (step === null) return <PageSkeleton />;
  if (step.at === 'code') {
    return (
      <CodeStep
        sentTo={t.codeSent(step.to)}
        sent={step.sent}
        resend={async () => {
          if (address !== '') return sendCode();
          // The page was closed meanwhile: the address is not known here any more.
          setStep({ at: 'address' });
          return {};
        }}
        byTelephone
        verify={async (code) => {
          const about = address.trim() === '' ? { code } : { code, address: address.trim() };
          const proof = await call<{ address: string }>('POST', '/api/join/verify', about);
          setStep({ at: 'password', proven: proof.address });
        }}
      />
    );
  }
  if (step.at === 'password') {
    return (
      <PasswordStep
        title={t.joinTitle}
        submit={t.save}
        username={step.proven}
        save={async (password) => {
          await call('POST', '/api/registration/password', { password, locale: language.value });
          noteSignedIn();
          onDone();
        }}
      />
    );
  }
  return (
    <div class="card">
      <Page title={t.joinTitle} stepped>
        <p>{t.joinLead}</p>
        {linkToken === null && <p>{t.joinInvited}</p>}
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            sending.run(async () => setStep({ at: 'code', to: address.trim(), sent: await sendCode() }));
          }}
        >
          <Field
            id="own-address"
            label={t.address}
            input={{ type: 'email', autoComplete: 'email', value: address, onText: setAddress }}
          />
          {sending.failure !== null && <ProblemBox text={explain(sending.failure)} />}
          <Button submit wide busy={sending.busy}>
            {t.send}
          </Button>
        </form>
        <Button kind="plain" onPress={onSignIn}>
          {t.haveAccount}
        </Button>
      </Page>
    </div>
  );
}
