/**
 * A change of how somebody signs in. Where the sign-in is long ago, it is shown once more who they are, and then the
 * change is made: a screen that was left alone changes nothing.
 */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { SignInAnswer } from '../ui/api-types.ts';
import { codeOf } from '../ui/explain.ts';
import { Button, Field, ProblemBox } from '../ui/parts/controls.tsx';
import { Dialog } from '../ui/parts/dialog.tsx';
import { noteSignedIn } from '../ui/session.ts';
import { FurtherSteps, hasPasskeys } from '../ui/steps/credential-steps.tsx';
import { texts as siteTexts } from '../ui/locale/locale.ts';
import { useRequest, type RequestState } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';
import type { Credentials } from './credentials.ts';
import { signInWithPasskey } from './passkey.ts';

export interface SectionProps {
  readonly credentials: Credentials;
  /** Asks the server again; what is shown stays meanwhile. */
  readonly reload: () => Promise<void>;
}

export interface CredentialChange extends Omit<RequestState, 'run'> {
  /** Runs the change, after a proof where the portal wants one. */
  readonly run: (action: () => Promise<void>) => void;
  /** The dialog that asks for the proof, and the failure of the last change. */
  readonly shown: ComponentChildren;
}

export function useCredentialChange(credentials: Credentials): CredentialChange {
  const texts = useCredentialTexts();
  const changing = useRequest();
  const [asking, setAsking] = useState(false);
  const waiting = useRef<() => Promise<void>>(async () => {});

  function run(action: () => Promise<void>): void {
    waiting.current = action;
    changing.run(async () => {
      if (credentials.proofNeeded) throw new ApiFailure('sign-in-again', 403);
      await action();
    });
  }
  const needed = codeOf(changing.failure) === 'sign-in-again';
  if (needed && !asking) setAsking(true);

  const shown = (
    <>
      {changing.failure !== null && !needed && (
        <ProblemBox text={explainCredential(changing.failure, texts)} />
      )}
      {asking && (
        <ProofDialog
          credentials={credentials}
          onClose={() => {
            setAsking(false);
            changing.clear();
          }}
          onProven={() => {
            setAsking(false);
            noteSignedIn();
            changing.run(waiting.current);
          }}
        />
      )}
    </>
  );
  return {
    busy: changing.busy,
    failure: needed ? null : changing.failure,
    clear: changing.clear,
    run,
    shown,
  };
}

interface ProofDialogProps {
  readonly credentials: Credentials;
  readonly onClose: () => void;
  readonly onProven: () => void;
}

/** Signs in once more: the new session is the proof. */
function ProofDialog({ credentials, onClose, onProven }: ProofDialogProps) {
  const texts = useCredentialTexts();
  const t = texts.proof;
  const [password, setPassword] = useState('');
  const [next, setNext] = useState<SignInAnswer['next']>('done');
  const proving = useRequest();

  function enter(answer: SignInAnswer): void {
    if (answer.next === 'done') onProven();
    else setNext(answer.next);
  }

  const withPasskey = hasPasskeys() && credentials.passkeys.some(({ suspended }) => !suspended);
  return (
    <Dialog title={t.title} onClose={onClose}>
      {next !== 'done' ? (
        <FurtherSteps next={next} onDone={onProven} onOver={() => setNext('done')} />
      ) : (
        <>
          <p>{t.lead}</p>
          {withPasskey && (
            <Button
              wide
              busy={proving.busy}
              onPress={() => proving.run(async () => enter(await signInWithPasskey(null)))}
            >
              {texts.passkey.signIn}
            </Button>
          )}
          {proving.failure !== null && <ProblemBox text={explainCredential(proving.failure, texts)} />}
          {credentials.password.set && (
            <form
              noValidate
              onSubmit={(event) => {
                event.preventDefault();
                proving.run(async () => {
                  const given = { address: credentials.address, password };
                  enter(await call<SignInAnswer>('POST', '/api/session', given));
                });
              }}
            >
              {withPasskey && <p class="or">{texts.passkey.or}</p>}
              <Field
                id="proof-password"
                label={t.password}
                input={{
                  type: 'password',
                  autoComplete: 'current-password',
                  value: password,
                  onText: setPassword,
                }}
              />
              <Button submit wide kind={withPasskey ? 'second' : 'first'} busy={proving.busy}>
                {t.submit}
              </Button>
            </form>
          )}
          <p class="divided">
            <Button kind="plain" onPress={onClose}>
              {siteTexts().cancel}
            </Button>
          </p>
        </>
      )}
    </Dialog>
  );
}

/** Asks before something is taken away. */
export function ConfirmDialog({
  title,
  text,
  action,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <div class="row">
        <Button
          onPress={() => {
            onClose();
            onConfirm();
          }}
        >
          {action}
        </Button>
        <Button kind="second" onPress={onClose}>
          {siteTexts().cancel}
        </Button>
      </div>
    </Dialog>
  );
}
