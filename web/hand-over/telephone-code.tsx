/** The code of eight digits that the help desk read out, in place of the mailed one. */
import { useRef, useState } from 'preact/hooks';
import { ApiFailure } from '../ui/api.ts';
import { codeOf, explain } from '../ui/explain.ts';
import { texts } from '../ui/locale/locale.ts';
import { Button, Field } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { useRequest } from '../ui/use-request.ts';
import { handOverTexts } from './hand-over-texts.ts';

const DIGITS = 8;

export interface TelephoneCodeProps {
  /** Checks the code and goes on; throws ApiFailure. */
  readonly verify: (code: string) => Promise<void>;
  readonly onBack: () => void;
}

export default function TelephoneCode({ verify, onBack }: TelephoneCodeProps) {
  const t = handOverTexts();
  const [code, setCode] = useState('');
  const tried = useRef('');
  const checking = useRequest();

  function check(digits: string): void {
    tried.current = digits;
    checking.run(async () => {
      if (digits.length !== DIGITS) throw new ApiFailure('code-incomplete', 0);
      await verify(digits);
    });
  }

  function type(raw: string): void {
    const digits = raw.replace(/\D/g, '').slice(0, DIGITS);
    setCode(digits);
    if (digits.length === DIGITS && digits !== tried.current) check(digits);
  }

  return (
    <div class="card">
      <Page title={t.title} stepped>
        <p>{t.lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            check(code);
          }}
        >
          <Field
            id="telephone-code"
            label={t.label}
            hint={t.hint}
            problem={checking.failure === null ? null : problemOf(checking.failure)}
            input={{
              class: 'code',
              type: 'text',
              inputMode: 'numeric',
              autoComplete: 'off',
              value: code,
              onText: type,
            }}
          />
          <Button submit wide busy={checking.busy}>
            {checking.busy ? texts().code.checking : texts().code.check}
          </Button>
        </form>
        <div class="divided">
          <Button kind="plain" onPress={onBack}>
            {texts().back}
          </Button>
        </div>
      </Page>
    </div>
  );
}

function problemOf(failure: unknown): string {
  const t = handOverTexts();
  switch (codeOf(failure)) {
    case 'code-incomplete':
      return t.incomplete;
    case 'code-expired':
      return t.expired;
    default:
      return explain(failure);
  }
}
