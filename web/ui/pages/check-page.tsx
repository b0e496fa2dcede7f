/** "Is this real?": the code of the subject and the address that got the mail. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../api.ts';
import type { Genuineness } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { formatDateTime, texts } from '../locale/locale.ts';
import { checkTexts } from './check-texts.ts';
import { Button, Field, ProblemBox } from '../parts/controls.tsx';
import { Page } from '../parts/page.tsx';
import { site } from '../site.ts';
import { useRequest } from '../use-request.ts';

export default function CheckPage() {
  const t = texts();
  const [code, setCode] = useState('');
  const [address, setAddress] = useState('');
  const [answer, setAnswer] = useState<Genuineness | null>(null);
  const checking = useRequest();
  const failed = checking.failure === null ? null : codeOf(checking.failure);

  function check(): void {
    setAnswer(null);
    checking.run(async () => {
      if (code.trim() === '') throw new ApiFailure('check-code-missing', 0);
      if (address.trim() === '') throw new ApiFailure('address-missing', 0);
      setAnswer(
        await call<Genuineness>('POST', '/api/check', { code: code.trim(), address: address.trim() }),
      );
    });
  }

  return (
    <div class="card">
      <Page title={checkTexts().title}>
        <p>{checkTexts().lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            check();
          }}
        >
          <Field
            id="mail-code"
            label={checkTexts().codeLabel}
            hint={checkTexts().codeHint}
            problem={failed === 'check-code-missing' ? checkTexts().codeMissing : null}
            input={{
              type: 'text',
              autoComplete: 'off',
              autoCapitalize: 'characters',
              spellcheck: false,
              value: code,
              onText: setCode,
            }}
          />
          <Field
            id="mail-address"
            label={checkTexts().addressLabel}
            problem={failed === 'address-missing' ? t.failure['address-missing'] : null}
            input={{
              type: 'email',
              autoComplete: 'email',
              autoCapitalize: 'off',
              value: address,
              onText: setAddress,
            }}
          />
          {failed !== null && failed !== 'check-code-missing' && failed !== 'address-missing' && (
            <ProblemBox text={explain(checking.failure)} />
          )}
          <Button submit wide busy={checking.busy}>
            {checking.busy ? checkTexts().checking : checkTexts().submit}
          </Button>
        </form>
        <div role="status" class="spaced">
          {answer !== null && <Answer answer={answer} />}
        </div>
        <p class="divided">
          <a href="/help/fake">{checkTexts().whole}</a>
        </p>
      </Page>
    </div>
  );
}

function Answer({ answer }: { readonly answer: Genuineness }) {
  const t = texts();
  const line = site.value?.helpLine ?? null;
  if (!answer.genuine) {
    return (
      <div class="box warn">
        <h2>{checkTexts().noTitle}</h2>
        <p>
          {checkTexts().no} {line !== null && t.callHelpLine(line.phone)}
        </p>
      </div>
    );
  }
  const { author } = answer;
  const name =
    author === undefined ? '' : author.name === '' ? author.address : `${author.name} (${author.address})`;
  return (
    <div class="box good">
      <h2>{checkTexts().yesTitle}</h2>
      <p>{checkTexts().yes(name, answer.organization ?? '', formatDateTime(answer.sentAt ?? ''))}</p>
    </div>
  );
}
