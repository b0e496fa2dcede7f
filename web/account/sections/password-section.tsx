/** A new password by whoever knows the old one. */
import { useState } from 'preact/hooks';
import { call } from '../../ui/api.ts';
import { texts } from '../../ui/locale/locale.ts';
import { Button, Field } from '../../ui/parts/controls.tsx';
import { minPasswordLength } from '../../ui/site.ts';
import { refreshSession } from '../../ui/session.ts';
import { useRequest } from '../../ui/use-request.ts';
import type { SectionProps } from '../account-page.tsx';
import { useAccountTexts } from '../account-texts.ts';
import { DoneNote, Section } from '../parts.tsx';
import { AccountProblem } from '../problem.tsx';

export function PasswordSection({ account, reload }: SectionProps) {
  const t = useAccountTexts().password;
  const general = texts();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [done, setDone] = useState(false);
  const saving = useRequest();

  function save(): void {
    setDone(false);
    saving.run(async () => {
      await call('POST', '/api/account/password', { current, password });
      setCurrent('');
      setPassword('');
      setDone(true);
      await Promise.all([reload(), refreshSession()]);
    });
  }
  return (
    <Section title={t.title}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <input
          class="unseen"
          type="text"
          name="username"
          autoComplete="username"
          value={account.addresses[0]?.address ?? ''}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        <Field
          id="current-password"
          label={t.current}
          input={{
            type: shown ? 'text' : 'password',
            autoComplete: 'current-password',
            value: current,
            onText: setCurrent,
          }}
        />
        <Field
          id="new-password"
          label={general.password.label}
          hint={general.password.rule(minPasswordLength())}
          input={{
            type: shown ? 'text' : 'password',
            autoComplete: 'new-password',
            value: password,
            onText: setPassword,
          }}
        />
        <p>
          <Button kind="plain" onPress={() => setShown(!shown)}>
            {shown ? t.hide : t.show}
          </Button>
        </p>
        <AccountProblem failure={saving.failure} />
        <DoneNote text={done ? t.done : null} />
        <Button kind="second" submit busy={saving.busy}>
          {t.save}
        </Button>
        <p class="aside spaced">{t.others}</p>
      </form>
    </Section>
  );
}
