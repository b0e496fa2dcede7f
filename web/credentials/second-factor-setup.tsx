/** Setting up an authenticator app: picture or key, the first code, then the recovery codes, shown this once. */
import { useEffect, useState } from 'preact/hooks';
import { encode } from 'uqr';
import { saveBlob } from '../reader/save-blob.ts';
import { ApiFailure, call } from '../ui/api.ts';
import { codeOf } from '../ui/explain.ts';
import { Button, Field, ProblemBox, Skeleton } from '../ui/parts/controls.tsx';
import { useRequest } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';

interface Invitation {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://` address. */
  readonly uri: string;
}

export interface SecondFactorSetUpProps<Answer> {
  /** Path that gives the invitation. */
  readonly invitePath: string;
  /** Path that takes the first code, and answers with the recovery codes. */
  readonly confirmPath: string;
  /** Called when the recovery codes were kept. */
  readonly onDone: (answer: Answer) => void;
}

export function SecondFactorSetUp<Answer extends { readonly recoveryCodes: readonly string[] }>({
  invitePath,
  confirmPath,
  onDone,
}: SecondFactorSetUpProps<Answer>) {
  const texts = useCredentialTexts();
  const t = texts.setup;
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [code, setCode] = useState('');
  const inviting = useRequest();
  const confirming = useRequest();

  function invite(): void {
    inviting.run(async () => setInvitation(await call<Invitation>('POST', invitePath)));
  }
  useEffect(invite, []);

  if (answer !== null) return <RecoveryCodes codes={answer.recoveryCodes} onDone={() => onDone(answer)} />;
  if (inviting.failure !== null)
    return <ProblemBox text={explainCredential(inviting.failure, texts)} onRetry={invite} />;
  if (invitation === null) return <Skeleton />;

  function confirm(): void {
    confirming.run(async () => {
      if (code.trim() === '') throw new ApiFailure('code-missing', 0);
      setAnswer(await call<Answer>('POST', confirmPath, { code }));
    });
  }

  const { failure } = confirming;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        confirm();
      }}
    >
      <p>{t.app}</p>
      <p>{t.scan}</p>
      <QrPicture text={invitation.uri} label={t.picture} />
      <p>
        <a href={invitation.uri}>{t.onThisPhone}</a>
      </p>
      <p>
        {t.byHand}
        <br />
        <code>{invitation.secret.replaceAll(/(.{4})(?=.)/gu, '$1 ')}</code>
      </p>
      <p>{t.afterwards}</p>
      <Field
        id="second-factor-code"
        label={t.label}
        hint={t.hint}
        problem={
          failure === null
            ? null
            : codeOf(failure) === 'code-missing'
              ? texts.secondFactor.missing
              : explainCredential(failure, texts)
        }
        input={{
          class: 'code',
          type: 'text',
          inputMode: 'numeric',
          autoComplete: 'one-time-code',
          value: code,
          onText: setCode,
        }}
      />
      <Button submit wide busy={confirming.busy}>
        {confirming.busy ? t.checking : t.submit}
      </Button>
    </form>
  );
}

/** One path for all dark squares: no inline style, which the site's policy forbids. */
function QrPicture({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border: 2, ecc: 'M' });
  const squares = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <path d={squares.join('')} fill="#000" shape-rendering="crispEdges" />
    </svg>
  );
}

export interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const { setup: t } = useCredentialTexts();
  const [copied, setCopied] = useState(false);
  const text = `${codes.join('\n')}\n`;
  return (
    <>
      <h2>{t.recoveryTitle}</h2>
      <p>{t.recoveryLead}</p>
      <ul class="codes box">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div class="row">
        <Button kind="second" small onPress={() => saveBlob([text], `${t.fileName}.txt`)}>
          {t.save}
        </Button>
        <Button
          kind="second"
          small
          onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
        >
          {t.copy}
        </Button>
      </div>
      <div role="status">{copied && <p class="count enough">{t.copied}</p>}</div>
      <Button wide onPress={onDone}>
        {t.done}
      </Button>
    </>
  );
}
