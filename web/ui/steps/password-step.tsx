/** Choosing a password: the rule in one line, a passphrase on offer, nothing to type twice. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { codeOf, explain } from '../explain.ts';
import { texts } from '../locale/locale.ts';
import { Button, Field } from '../parts/controls.tsx';
import { KnownAddress } from '../parts/known-address.tsx';
import { Page } from '../parts/page.tsx';
import { minPasswordLength } from '../site.ts';
import { useRequest } from '../use-request.ts';

const FIELD_PROBLEMS: ReadonlySet<string> = new Set([
  'password-too-short',
  'password-too-long',
  'password-common',
]);

export interface PasswordStepProps {
  readonly title: string;
  readonly submit: string;
  /** For password managers and for the person: whose password this is. */
  readonly username: string;
  /** Throws ApiFailure. */
  readonly save: (password: string) => Promise<void>;
}

export function PasswordStep({ title, submit, username, save }: PasswordStepProps) {
  const t = texts();
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const saving = useRequest();
  const wanted = minPasswordLength();
  const length = Array.from(password.normalize('NFC')).length;
  const isFieldProblem = FIELD_PROBLEMS.has(codeOf(saving.failure));
  const problem = saving.failure !== null && isFieldProblem ? explain(saving.failure) : null;

  return (
    <div class="card">
      <Page title={title} stepped>
        <p>{t.password.lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            saving.run(() => save(password));
          }}
        >
          <KnownAddress label={t.password.address} address={username} />
          <Field
            id="password"
            label={t.password.label}
            hint={t.password.rule(wanted)}
            problem={problem}
            input={{
              type: shown ? 'text' : 'password',
              name: 'password',
              autoComplete: 'new-password',
              autoCapitalize: 'off',
              spellcheck: false,
              value: password,
              onText: setPassword,
            }}
            beside={
              <Button
                kind="second"
                label={shown ? t.password.hideLabel : t.password.showLabel}
                onPress={() => setShown(!shown)}
              >
                {shown ? t.password.hide : t.password.show}
              </Button>
            }
          >
            <p class={length >= wanted ? 'count enough' : 'count'}>
              {length >= wanted ? t.password.enough : t.password.count(length, wanted)}
            </p>
          </Field>
          <Suggestion
            onUse={(words) => {
              setPassword(words);
              setShown(true);
              saving.clear();
            }}
          />
          {saving.failure !== null && !isFieldProblem && (
            <div class="box bad" role="alert">
              <p>{explain(saving.failure)}</p>
            </div>
          )}
          <Button submit wide busy={saving.busy}>
            {saving.busy ? t.password.saving : submit}
          </Button>
        </form>
      </Page>
    </div>
  );
}

/** Four words of the server's choice; without an answer the offer is simply not made. */
function Suggestion({ onUse }: { readonly onUse: (words: string) => void }) {
  const t = texts();
  const [words, setWords] = useState<string | null>(null);

  function ask(): void {
    call<{ passphrase: string }>('GET', '/api/passphrase').then(
      (answer) => setWords(answer.passphrase),
      () => setWords((before) => before ?? ''),
    );
  }
  useEffect(ask, []);

  if (words === '') return null;
  return (
    <div class="box">
      <p>{t.password.suggestion}</p>
      <p class="words" aria-live="polite">
        {words ?? '…'}
      </p>
      <div class="row">
        <Button kind="second" small busy={words === null} onPress={() => words !== null && onUse(words)}>
          {t.password.useThis}
        </Button>
        <Button kind="plain" onPress={ask}>
          {t.password.another}
        </Button>
      </div>
      <p class="hint">{t.password.writeDown}</p>
    </div>
  );
}
