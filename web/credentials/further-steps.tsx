/** What a sign-in still lacks, one step after another: the second factor, its set-up, the mailbox. */
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { CodeSent, SignInAnswer } from '../ui/api-types.ts';
import { codeOf } from '../ui/explain.ts';
import { language } from '../ui/locale/locale.ts';
import { Button, Field, PageSkeleton, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { site } from '../ui/site.ts';
import { CodeStep } from '../ui/steps/code-step.tsx';
import type { FurtherStepsProps } from '../ui/steps/credential-steps.tsx';
import { useRequest } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';
import { SecondFactorSetUp } from './second-factor-setup.tsx';

interface StepProps {
  readonly onAnswer: (answer: SignInAnswer) => void;
  readonly onOver: () => void;
}

export default function FurtherSteps({ next: first, onDone, onOver }: FurtherStepsProps) {
  const [next, setNext] = useState(first);

  function onAnswer(answer: SignInAnswer): void {
    if (answer.next === 'done') onDone();
    else setNext(answer.next);
  }

  if (next === 'second-factor') return <SecondFactorStep onAnswer={onAnswer} onOver={onOver} />;
  if (next === 'mailbox') return <MailboxStep onAnswer={onAnswer} onOver={onOver} />;
  return <SetUpStep onAnswer={onAnswer} onOver={onOver} />;
}

/** Runs a request of a step; one that came too late leads back to the beginning. */
async function orOver(action: () => Promise<void>, onOver: () => void): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (codeOf(error) !== 'sign-in-over') throw error;
    onOver();
  }
}

function SecondFactorStep({ onAnswer, onOver }: StepProps) {
  const texts = useCredentialTexts();
  const t = texts.secondFactor;
  const [code, setCode] = useState('');
  const [remember, setRemember] = useState(false);
  const [mayRemember, setMayRemember] = useState(false);
  const giving = useRequest();
  useEffect(() => {
    call<{ mayRemember: boolean }>('GET', '/api/session/steps').then(
      (steps) => setMayRemember(steps.mayRemember),
      () => {},
    );
  }, []);

  async function give(): Promise<void> {
    if (code.trim() === '') throw new ApiFailure('code-missing', 0);
    onAnswer(await call<SignInAnswer>('POST', '/api/session/second-factor', { code, remember }));
  }

  const { failure } = giving;
  return (
    <div class="card">
      <Page title={t.title} stepped>
        <p>{t.lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            giving.run(() => orOver(give, onOver));
          }}
        >
          <Field
            id="second-factor-code"
            label={t.label}
            hint={t.hint}
            problem={
              failure === null
                ? null
                : codeOf(failure) === 'code-missing'
                  ? t.missing
                  : explainCredential(failure, texts)
            }
            input={{
              class: 'code',
              type: 'text',
              autoComplete: 'one-time-code',
              autoCapitalize: 'characters',
              spellcheck: false,
              value: code,
              onText: setCode,
            }}
          />
          {mayRemember && (
            <p class="tick">
              <input
                id="remember"
                type="checkbox"
                checked={remember}
                aria-describedby="remember-hint"
                onChange={(event) => setRemember(event.currentTarget.checked)}
              />
              <span>
                <label for="remember">{t.remember}</label>
                <br />
                <span class="aside" id="remember-hint">
                  {t.rememberHint}
                </span>
              </span>
            </p>
          )}
          <Button submit wide busy={giving.busy}>
            {giving.busy ? t.checking : t.submit}
          </Button>
          <p class="aside divided">{t.lost}</p>
        </form>
      </Page>
    </div>
  );
}

function SetUpStep({ onAnswer }: StepProps) {
  const { setup: t } = useCredentialTexts();
  return (
    <div class="card">
      <Page title={t.title} stepped>
        <p class="lead">{t.required(site.value?.organization ?? '')}</p>
        <SecondFactorSetUp<SignInAnswer & { recoveryCodes: readonly string[] }>
          invitePath="/api/session/second-factor/setup"
          confirmPath="/api/session/second-factor/setup/confirm"
          onDone={onAnswer}
        />
      </Page>
    </div>
  );
}

function MailboxStep({ onAnswer, onOver }: StepProps) {
  const texts = useCredentialTexts();
  const t = texts.mailbox;
  const [sent, setSent] = useState<CodeSent | null>(null);
  const sending = useRequest();

  async function send(): Promise<CodeSent> {
    return call<CodeSent>('POST', '/api/session/mailbox', { locale: language.value });
  }
  function begin(): void {
    sending.run(() => orOver(async () => setSent(await send()), onOver));
  }
  useEffect(begin, []);

  if (sending.failure !== null) {
    return (
      <div class="card">
        <Page title={t.title} stepped>
          <ProblemBox text={explainCredential(sending.failure, texts)} onRetry={begin} />
        </Page>
      </div>
    );
  }
  if (sent === null) return <PageSkeleton label={t.sending} />;
  return (
    <CodeStep
      sentTo={`${t.lead} ${t.sentTo(sent.maskedAddress ?? '')}`}
      sent={sent}
      resend={send}
      verify={async (code) =>
        orOver(
          async () => onAnswer(await call<SignInAnswer>('POST', '/api/session/mailbox/verify', { code })),
          onOver,
        )
      }
    />
  );
}
