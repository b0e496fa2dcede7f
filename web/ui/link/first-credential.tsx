/** What a new account will be entered by: a passkey, or a password. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../api.ts';
import type { SignInAnswer } from '../api-types.ts';
import { language, texts } from '../locale/locale.ts';
import { PageSkeleton } from '../parts/controls.tsx';
import { Choose, Password, useScreenLock } from '../steps/credential-steps.tsx';

export interface FirstCredentialProps {
  /** The address, or what may be shown of it: password managers keep it beside the password. */
  readonly username: string;
  /** The proof of the mailbox was kept for a while only. */
  readonly onLost: () => void;
  readonly onDone: (answer: SignInAnswer) => void;
}

/** A passkey first, where the device has a screen lock to make one with. */
export function FirstCredential(props: FirstCredentialProps) {
  const screenLock = useScreenLock();
  const [password, setPassword] = useState(false);
  if (screenLock === null) return <PageSkeleton />;
  if (screenLock && !password) {
    return <Choose onDone={props.onDone} onLost={props.onLost} onPassword={() => setPassword(true)} />;
  }
  return <FirstPassword {...props} />;
}

function FirstPassword({ username, onLost, onDone }: FirstCredentialProps) {
  const t = texts();
  return (
    <Password
      title={t.password.title}
      submit={t.password.save}
      username={username}
      save={async (password) => {
        try {
          const choice = { password, locale: language.value };
          onDone(await call<SignInAnswer>('POST', '/api/registration/password', choice));
        } catch (error) {
          if (error instanceof ApiFailure && error.status === 401) {
            onLost();
            return;
          }
          throw error;
        }
      }}
    />
  );
}
