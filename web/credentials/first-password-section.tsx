/** A password beside the passkeys, for an account that has none. */
import { useState } from 'preact/hooks';
import { Section } from '../account/parts.tsx';
import { call } from '../ui/api.ts';
import { texts as siteTexts } from '../ui/locale/locale.ts';
import { Button, Field } from '../ui/parts/controls.tsx';
import { KnownAddress } from '../ui/parts/known-address.tsx';
import { useCredentialChange, type SectionProps } from './credential-change.tsx';
import { useCredentialTexts } from './credential-texts.ts';

export function FirstPasswordSection({ credentials, reload }: SectionProps) {
  const { account: t } = useCredentialTexts();
  const change = useCredentialChange(credentials);
  const [choosing, setChoosing] = useState(false);
  const [password, setPassword] = useState('');

  return (
    <Section title={t.password}>
      <p>{t.passwordNone}</p>
      {change.shown}
      {choosing ? (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            change.run(async () => {
              await call('POST', '/api/account/password/first', { password });
              await reload();
            });
          }}
        >
          <KnownAddress label={siteTexts().password.address} address={credentials.address} />
          <Field
            id="first-password"
            label={t.newPassword}
            hint={t.passwordRule(credentials.password.minLength)}
            input={{
              type: 'password',
              autoComplete: 'new-password',
              autoCapitalize: 'off',
              spellcheck: false,
              value: password,
              onText: setPassword,
            }}
          />
          <div class="row">
            <Button submit busy={change.busy}>
              {t.saveName}
            </Button>
            <Button kind="second" onPress={() => setChoosing(false)}>
              {siteTexts().cancel}
            </Button>
          </div>
        </form>
      ) : (
        <Button kind="second" onPress={() => setChoosing(true)}>
          {t.setPassword}
        </Button>
      )}
    </Section>
  );
}
