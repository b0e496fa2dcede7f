/** The passkeys of the account: add, name, confirm, remove. */
import { useState } from 'preact/hooks';
import { Section } from '../account/parts.tsx';
import { call } from '../ui/api.ts';
import { formatDate } from '../ui/locale/locale.ts';
import { Button, Field } from '../ui/parts/controls.tsx';
import { hasPasskeys } from '../ui/steps/credential-steps.tsx';
import { ConfirmDialog, useCredentialChange, type SectionProps } from './credential-change.tsx';
import { useCredentialTexts } from './credential-texts.ts';
import type { Passkey } from './credentials.ts';
import { makePasskey, usePasskey as askForPasskey } from './passkey.ts';

export function PasskeysSection({ credentials, reload }: SectionProps) {
  const { account: t } = useCredentialTexts();
  const change = useCredentialChange(credentials);
  const [naming, setNaming] = useState<string | null>(null);
  const [withoutPassword, setWithoutPassword] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const rests = credentials.passkeys.some(({ suspended }) => suspended);
  const changeAndReload = (action: () => Promise<unknown>) =>
    change.run(async () => {
      await action();
      await reload();
    });

  return (
    <Section title={t.passkeys}>
      <p>{t.passkeysLead}</p>
      {rests && (
        <div class="box">
          <p>{t.suspendedText}</p>
          <Button
            busy={change.busy}
            onPress={() => changeAndReload(() => askForPasskey('/api/account/passkeys/confirm'))}
          >
            {t.confirm}
          </Button>
        </div>
      )}
      {credentials.passkeys.length === 0 ? (
        <p>{t.noPasskeys}</p>
      ) : (
        <ul class="attachments">
          {credentials.passkeys.map((passkey) => (
            <li key={passkey.id}>
              <Entry
                passkey={passkey}
                naming={naming === passkey.id}
                onName={() => setNaming(passkey.id)}
                onNamed={(name) => {
                  setNaming(null);
                  changeAndReload(() => call('POST', `/api/account/passkeys/${passkey.id}/name`, { name }));
                }}
                onRemove={() => setRemoving(passkey)}
              />
            </li>
          ))}
        </ul>
      )}
      {change.shown}
      {hasPasskeys() && (
        <Button
          kind="second"
          busy={change.busy}
          onPress={() => changeAndReload(() => makePasskey('/api/account/passkeys'))}
        >
          {t.add}
        </Button>
      )}
      {credentials.password.set && credentials.passkeys.some(({ suspended }) => !suspended) && (
        <p class="divided">
          <Button kind="plain" onPress={() => setWithoutPassword(true)}>
            {t.removePassword}
          </Button>
        </p>
      )}
      {withoutPassword && (
        <ConfirmDialog
          title={t.removePasswordTitle}
          text={t.removePasswordText}
          action={t.removePassword}
          onClose={() => setWithoutPassword(false)}
          onConfirm={() => changeAndReload(() => call('DELETE', '/api/account/password'))}
        />
      )}
      {removing !== null && (
        <ConfirmDialog
          title={t.removeTitle}
          text={t.removeText(nameOf(removing, t.unnamed))}
          action={t.remove}
          onClose={() => setRemoving(null)}
          onConfirm={() => changeAndReload(() => call('DELETE', `/api/account/passkeys/${removing.id}`))}
        />
      )}
    </Section>
  );
}

function nameOf({ name }: Passkey, unnamed: string): string {
  return name === '' ? unnamed : name;
}

interface EntryProps {
  readonly passkey: Passkey;
  readonly naming: boolean;
  readonly onName: () => void;
  readonly onNamed: (name: string) => void;
  readonly onRemove: () => void;
}

function Entry({ passkey, naming, onName, onNamed, onRemove }: EntryProps) {
  const { account: t } = useCredentialTexts();
  const [name, setName] = useState(passkey.name);
  const shown = nameOf(passkey, t.unnamed);
  if (naming) {
    return (
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onNamed(name);
        }}
      >
        <Field
          id={`name-${passkey.id}`}
          label={t.addName}
          input={{ type: 'text', autoComplete: 'off', value: name, onText: setName }}
        />
        <Button submit small>
          {t.saveName}
        </Button>
      </form>
    );
  }
  return (
    <>
      <strong>{shown}</strong> {passkey.suspended && <span class="tag">{t.suspended}</span>}
      <br />
      <span class="aside">
        {t.added(formatDate(passkey.createdAt))}{' '}
        {passkey.lastUsedAt === null ? t.neverUsed : t.lastUsed(formatDate(passkey.lastUsedAt))}
      </span>
      <div class="row">
        <Button kind="plain" label={t.renameLabel(shown)} onPress={onName}>
          {t.rename}
        </Button>
        <Button kind="plain" label={t.removeLabel(shown)} onPress={onRemove}>
          {t.remove}
        </Button>
      </div>
    </>
  );
}
