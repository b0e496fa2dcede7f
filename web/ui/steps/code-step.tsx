/** Typing the mailed code: one field, sent off by itself at six digits, a new code after a while. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure } from '../api.ts';
import type { CodeSent } from '../api-types.ts';
import { codeOf, describeWait, explain } from '../explain.ts';
import { texts } from '../locale/locale.ts';
import { Button, Field } from '../parts/controls.tsx';
import { Page } from '../parts/page.tsx';
import { site } from '../site.ts';
import { useRequest } from '../use-request.ts';
import { TelephoneCode } from './telephone-code.tsx';

const CODE_DIGITS = 6;
const DEFAULT_RESEND_SECONDS = 30;

export interface CodeStepProps {
  /** Where the code went, in a sentence. */
  readonly sentTo: string;
  readonly sent: CodeSent;
  /** Checks the code and goes on; throws ApiFailure. */
  readonly verify: (code: string) => Promise<void>;
  /** A code that the help desk read out is taken as well. */
  readonly byTelephone?: boolean;
  /** Throws ApiFailure. */
  readonly resend: () => Promise<CodeSent>;
}

function useCountdown(seconds: number): [number, (seconds: number) => void] {
  const [until, setUntil] = useState(() => Date.now() + seconds * 1000);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((until - now) / 1000));
  return [
    left,
    (fresh) => {
      setNow(Date.now());
      setUntil(Date.now() + fresh * 1000);
    },
  ];
}

export function CodeStep({ sentTo, sent, verify, resend, byTelephone }: CodeStepProps) {
  const t = texts();
  const [code, setCode] = useState('');
  const [note, setNote] = useState('');
  const [told, setTold] = useState(false);
  const tried = useRef('');
  const checking = useRequest();
  const sending = useRequest();
  const [left, startCountdown] = useCountdown(sent.resendAfterSeconds ?? DEFAULT_RESEND_SECONDS);

  function check(digits: string): void {
    tried.current = digits;
    sending.clear();
    checking.run(async () => {
      if (digits.length !== CODE_DIGITS) throw new ApiFailure('code-incomplete', 0);
      await verify(digits);
    });
  }

  function type(raw: string): void {
    // People paste "123 456" or the whole sentence around it.
    const digits = raw.replace(/\D/g, '').slice(0, CODE_DIGITS);
    setCode(digits);
    if (digits.length === CODE_DIGITS && digits !== tried.current) check(digits);
  }

  function sendAgain(): void {
    setNote('');
    checking.clear();
    sending.run(async () => {
      const fresh = await resend();
      startCountdown(fresh.resendAfterSeconds ?? DEFAULT_RESEND_SECONDS);
      tried.current = '';
      setCode('');
      setNote(t.code.resent);
    });
  }

  const problem =
    checking.failure === null
      ? null
      : codeOf(checking.failure) === 'code-incomplete'
        ? t.failure['code-incomplete']
        : explain(checking.failure);
  const line = site.value?.helpLine ?? null;
  if (told) return <TelephoneCode verify={verify} onBack={() => setTold(false)} />;
  return (
    <div class="card">
      <Page title={t.code.title} stepped>
        <p>
          {sentTo}{' '}
          {sent.expiresInSeconds !== undefined && t.code.stillGood(describeWait(sent.expiresInSeconds))}
        </p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            check(code);
          }}
        >
          <Field
            id="code"
            label={t.code.label}
            hint={t.code.hint}
            problem={problem}
            input={{
              class: 'code',
              type: 'text',
              inputMode: 'numeric',
              autoComplete: 'one-time-code',
              value: code,
              onText: type,
            }}
          />
          <Button submit wide busy={checking.busy}>
            {checking.busy ? t.code.checking : t.code.check}
          </Button>
        </form>
        <div class="divided">
          <h2>{t.code.noCode}</h2>
          <ul>
            <li>{t.code.noCodeSpam}</li>
            <li>{t.code.noCodeWait}</li>
            <li>{t.code.noCodeSame}</li>
          </ul>
          <Button kind="second" small busy={sending.busy || left > 0} onPress={sendAgain}>
            {left > 0 ? t.code.resendIn(left) : t.code.resend}
          </Button>
          <div role="status">
            {note !== '' && <p class="count enough">{note}</p>}
            {sending.failure !== null && <p class="problem">{explain(sending.failure)}</p>}
          </div>
          <p class="aside spaced">
            {t.code.mayClose} {line !== null && t.callHelpLine(line.phone)}
          </p>
          {byTelephone === true && (
            <Button kind="plain" onPress={() => setTold(true)}>
              {t.code.byTelephone}
            </Button>
          )}
        </div>
      </Page>
    </div>
  );
}
