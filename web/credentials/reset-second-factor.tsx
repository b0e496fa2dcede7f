/** A reset of an account with a second step: a code, or 24 hours of waiting for who has lost it. */
import { useState } from 'preact/hooks';
import { ApiFailure, call, serverNow } from '../ui/api.ts';
import { codeOf } from '../ui/explain.ts';
import { formatDateTime } from '../ui/locale/locale.ts';
import { Button, Field, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import type { ResetSecondFactorProps } from '../ui/steps/credential-steps.tsx';
import { useRequest } from '../ui/use-request.ts';
import type { CredentialTexts } from './locale/en.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';

export default function ResetSecondFactor({ lostEffectiveAt, wrong, onGiven }: ResetSecondFactorProps) {
  const texts = useCredentialTexts();
  const t = texts.reset;
  const [effectiveAt, setEffectiveAt] = useState(lostEffectiveAt);
  const [lost, setLost] = useState(false);
  if (effectiveAt !== null && Date.parse(effectiveAt) <= serverNow()) {
    return (
      <div class="card">
        <Page title={t.title} stepped>
          <p>{t.over}</p>
          <Button wide onPress={() => void onGiven(null)}>
            {t.goOn}
          </Button>
        </Page>
      </div>
    );
  }
  if (effectiveAt !== null) {
    return (
      <div class="card">
        <Page title={t.waitsTitle} stepped key="waits">
          <p>{t.waits(formatDateTime(effectiveAt))}</p>
        </Page>
      </div>
    );
  }
  if (lost) return <Lost onWaiting={setEffectiveAt} />;
  return <Give wrong={wrong} onGiven={onGiven} onLost={() => setLost(true)} />;
}

interface GiveProps {
  readonly wrong: boolean;
  readonly onGiven: (code: string) => Promise<void>;
  readonly onLost: () => void;
}

function Give({ wrong, onGiven, onLost }: GiveProps) {
  const texts = useCredentialTexts();
  const t = texts.reset;
  const [code, setCode] = useState('');
  const giving = useRequest();
  return (
    <div class="card">
      <Page title={t.title} stepped>
        <p>{t.lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            giving.run(async () => {
              if (code.trim() === '') throw new ApiFailure('code-missing', 0);
              await onGiven(code);
            });
          }}
        >
          <Field
            id="second-factor-code"
            label={texts.secondFactor.label}
            hint={texts.secondFactor.hint}
            problem={problemOf(giving.failure, wrong, texts)}
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
          <Button submit wide busy={giving.busy}>
            {t.goOn}
          </Button>
          <p class="divided">
            <Button kind="plain" onPress={onLost}>
              {t.lost}
            </Button>
          </p>
        </form>
      </Page>
    </div>
  );
}

function problemOf(failure: unknown, wrong: boolean, texts: CredentialTexts): string | null {
  if (codeOf(failure) === 'code-missing') return texts.secondFactor.missing;
  if (failure !== null) return explainCredential(failure, texts);
  return wrong ? texts.failure['second-factor-wrong'] : null;
}

function Lost({ onWaiting }: { readonly onWaiting: (effectiveAt: string) => void }) {
  const texts = useCredentialTexts();
  const t = texts.reset;
  const beginning = useRequest();
  return (
    <div class="card">
      <Page title={t.lostTitle} stepped>
        <p>{t.lostText}</p>
        {beginning.failure !== null && <ProblemBox text={explainCredential(beginning.failure, texts)} />}
        <Button
          wide
          busy={beginning.busy}
          onPress={() =>
            beginning.run(async () => {
              const { effectiveAt } = await call<{ effectiveAt: string }>('POST', '/api/reset/lost');
              onWaiting(effectiveAt);
            })
          }
        >
          {t.begin}
        </Button>
      </Page>
    </div>
  );
}
