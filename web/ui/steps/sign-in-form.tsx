/** Password, and the address where it is not known from the link. */
import { useState } from 'preact/hooks';
import { ApiFailure } from '../api.ts';
import { codeOf, explain } from '../explain.ts';
import { texts } from '../locale/locale.ts';
import { Button, Field, ProblemBox } from '../parts/controls.tsx';
import { KnownAddress } from '../parts/known-address.tsx';
import { preloadReader } from '../preload.ts';
import { useRequest } from '../use-request.ts';

export interface SignInFormProps {
  /** Shown and not asked for; null: the address is asked for. */
  readonly knownAddress: string | null;
  readonly submit: string;
  /** Throws ApiFailure. */
  readonly signIn: (credentials: { readonly address: string; readonly password: string }) => Promise<void>;
  readonly onForgot: (address: string) => void;
}

export function SignInForm({ knownAddress, submit, signIn, onForgot }: SignInFormProps) {
  const t = texts();
  const [address, setAddress] = useState(knownAddress ?? '');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const signing = useRequest();
  const code = signing.failure === null ? null : codeOf(signing.failure);

  function send(): void {
    signing.run(async () => {
      if (address.trim() === '') throw new ApiFailure('address-missing', 0);
      if (password === '') throw new ApiFailure('password-missing', 0);
      await signIn({ address: address.trim(), password });
    });
  }

  const failedText =
    knownAddress === null ? t.failure['sign-in-failed-address'] : t.failure['sign-in-failed'];
  const passwordProblem =
    code === 'sign-in-failed'
      ? failedText
      : code === 'password-missing'
        ? t.failure['password-missing']
        : null;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {knownAddress === null ? (
        <Field
          id="address"
          label={t.signInPage.addressLabel}
          problem={code === 'address-missing' ? t.failure['address-missing'] : null}
          input={{
            type: 'email',
            name: 'username',
            autoComplete: 'username webauthn',
            autoCapitalize: 'off',
            spellcheck: false,
            value: address,
            onText: setAddress,
          }}
        />
      ) : (
        <KnownAddress label={t.signInPage.addressLabel} address={knownAddress} />
      )}
      <Field
        id="password"
        label={t.signInPage.passwordLabel}
        problem={passwordProblem}
        input={{
          type: shown ? 'text' : 'password',
          name: 'password',
          autoComplete: knownAddress === null ? 'current-password' : 'current-password webauthn',
          autoCapitalize: 'off',
          spellcheck: false,
          value: password,
          onFocus: preloadReader,
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
      />
      {code !== null && passwordProblem === null && code !== 'address-missing' && (
        <ProblemBox text={explain(signing.failure)} />
      )}
      <Button submit wide busy={signing.busy}>
        {signing.busy ? t.signInPage.signingIn : submit}
      </Button>
      <p class="divided">
        <Button kind="plain" onPress={() => onForgot(address.trim())}>
          {t.signInPage.forgot}
        </Button>
      </p>
    </form>
  );
}
