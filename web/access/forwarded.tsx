/**
 * For whoever follows the link of a notice that was sent to somebody else: signs in with an address of their own, or makes
 * an account, then asks the owner for access.
 */
import { useRef, useState } from 'preact/hooks';
import { call } from '../ui/api.ts';
import type { LinkFacts } from '../ui/api-types.ts';
import { codeOf, explain } from '../ui/explain.ts';
import { texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { navigate } from '../ui/router.ts';
import { returnTo } from '../ui/session.ts';
import { useRequest } from '../ui/use-request.ts';
import { accessTexts } from './access-texts.ts';
import { Join } from './join.tsx';

export interface ForwardedProps {
  readonly token: string;
  readonly facts: LinkFacts;
  /** An account of their own was begun before the page was closed. */
  readonly joining: boolean;
  /** Asks anew what the link shows: somebody has signed in. */
  readonly onSignedIn: () => void;
  readonly onBack: () => void;
}

export function Forwarded({ token, facts, joining: begun, onSignedIn, onBack }: ForwardedProps) {
  const t = accessTexts();
  const [joining, setJoining] = useState(begun);
  if (joining) {
    const leave = (): void => setJoining(false);
    return (
      <Join
        linkToken={token}
        onDone={() => {
          leave();
          onSignedIn();
        }}
        onSignIn={leave}
      />
    );
  }
  return (
    <div class="card">
      <Page title={t.forwardedTitle} stepped>
        <p>{t.sentTo(facts.maskedAddress)}</p>
        {!facts.registered ? (
          <p>{t.noOwner}</p>
        ) : facts.signedInAs === null ? (
          <>
            <p>{t.signInFirst}</p>
            <Button
              wide
              onPress={() => {
                returnTo.value = `/m/${token}`;
                navigate('/sign-in');
              }}
            >
              {texts().signInPage.submit}
            </Button>
            <Button kind="plain" onPress={() => setJoining(true)}>
              {t.noAccount}
            </Button>
          </>
        ) : (
          <Ask token={token} address={facts.signedInAs} />
        )}
        <p class="divided">
          <Button kind="plain" onPress={onBack}>
            {t.isMine}
          </Button>
        </p>
      </Page>
    </div>
  );
}

function Ask({ token, address }: { readonly token: string; readonly address: string }) {
  const t = accessTexts();
  const [asked, setAsked] = useState(false);
  const answer = useRef<HTMLDivElement>(null);
  const asking = useRequest();
  const { failure } = asking;
  return (
    <>
      <p>{t.signedInAs(address)}</p>
      <div role="status" tabIndex={-1} ref={answer}>
        {asked && <p class="box good">{t.asked}</p>}
      </div>
      {failure !== null && (
        <ProblemBox text={codeOf(failure) === 'no-owner' ? t.noOwner : explain(failure)} />
      )}
      {!asked && (
        <Button
          wide
          busy={asking.busy}
          onPress={() =>
            asking.run(async () => {
              await call('POST', `/api/links/${encodeURIComponent(token)}/ask-owner`);
              setAsked(true);
              // The button goes: its focus must not fall to the top of the page.
              answer.current?.focus();
            })
          }
        >
          {t.ask}
        </Button>
      )}
    </>
  );
}
