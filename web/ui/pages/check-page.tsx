/** "Is this real?": the code of the subject and the address that got the mail. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../api.ts';
import type { Genuineness } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { formatDateTime, texts } from '../locale/locale.ts';
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
      <Page title={t.check.title}>
        <p>{t.check.lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            check();
          }}
        >
          <Field
            id="mail-code"
            label={t.check.codeLabel}
            hint={t.check.codeHint}
            problem={failed === 'check-code-missing' ? t.check.codeMissing : null}
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
            label={t.check.addressLabel}
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
            {checking.busy ? t.check.checking : t.check.submit}
          </Button>
        </form>
        <div role="status" class="spaced">
          {answer !== null && <Answer answer={answer} />}
        </div>
        <p class="divided">
          <a href="/help/fake">{t.check.whole}</a>
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
        <h2>{t.check.noTitle}</h2>
        <p>
          {t.check.no} {line !== null && t.callHelpLine(line.phone)}
        </p>
      </div>
    );
  }
  const { author } = answer;
  const name =
    author === undefined ? '' : author.name === '' ? author.address : `${author.name} (${author.address})`;
  return (
    <div class="box good">
      <h2>{t.check.yesTitle}</h2>
      <p>{t.check.yes(name, answer.organization ?? '', formatDateTime(answer.sentAt ?? ''))}</p>
    </div>
  );
}
