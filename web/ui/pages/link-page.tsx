/** The notice's link: asks where somebody stands, and shows that step of the way to the message. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ForwardedProps } from '../../access/forwarded.tsx';
import { call } from '../api.ts';
import type { LinkFacts, Registration, SignInAnswer } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { FirstCredential } from '../link/first-credential.tsx';
import { FirstTime } from '../link/first-time.tsx';
import type { LinkStep } from '../link/link-step.ts';
import { authorName } from '../link/message-facts.tsx';
import { NotForMeDone } from '../link/not-for-me.tsx';
import { READING_TEXT } from '../link/other-ways-button.tsx';
import { ProveByTelephone, ProveMailbox } from '../link/prove-mailbox.tsx';
import { Returning } from '../link/returning.tsx';
import { texts } from '../locale/locale.ts';
import { Closed } from '../parts/closed.tsx';
import { PageSkeleton } from '../parts/controls.tsx';
import { FailedPage } from '../parts/failed-page.tsx';
import { LazyPart } from '../parts/lazy-part.tsx';
import { Page } from '../parts/page.tsx';
import { navigate, wantsNewPassword } from '../router.ts';
import { noteSignedIn } from '../session.ts';
import { FurtherSteps, Reset } from '../steps/credential-steps.tsx';
import { useRequest } from '../use-request.ts';

/** Rare, so its code is fetched when it is shown. */
const loadForwarded = async (): Promise<{ readonly default: ComponentType<ForwardedProps> }> => ({
  default: (await import('../../access/forwarded.tsx')).Forwarded,
});

const loadOtherWays = () => import('../../other-ways/other-ways.tsx');

/** Shows the message in place of the link, so that the link's token leaves the address bar. */
function showMessage(messageId: string | null): void {
  noteSignedIn();
  navigate(messageId === null ? '/messages' : `/messages/${encodeURIComponent(messageId)}`, {
    replace: true,
  });
}

/** The message of a link that its reader has signed in for; the list where the link does not say. */
async function showMessageOf(link: string): Promise<void> {
  const facts = await call<LinkFacts>('GET', link).catch(() => null);
  showMessage(facts?.messageId ?? null);
}

const RESET: LinkStep = { at: 'reset' };

/** Where this browser was when its page was closed. */
function stepOf(facts: LinkFacts, { state, joining, address }: Registration): LinkStep {
  if (facts.signedInAs !== null) return { at: facts.registered ? 'forwarded' : 'start' };
  if (joining && state !== 'none' && facts.registered) return { at: 'forwarded', joining: true };
  if (facts.registered || state === 'none') return { at: 'start' };
  if (state === 'code-sent') return { at: 'code', sent: {} };
  return { at: 'password', username: address ?? facts.maskedAddress };
}

export function LinkPage({ token }: { readonly token: string }) {
  const [facts, setFacts] = useState<LinkFacts | null>(null);
  const [step, setStep] = useState<LinkStep>({ at: 'start' });
  const loading = useRequest();
  const link = `/api/links/${encodeURIComponent(token)}`;

  /** `lost`: the proof of the mailbox that was given here does not count any more. */
  function load(lost = false): void {
    loading.run(async () => {
      const [found, registration] = await Promise.all([
        call<LinkFacts>('GET', link),
        call<Registration>('GET', `/api/registration?link=${encodeURIComponent(token)}`),
      ]);
      if (found.state === 'ready' && found.signedIn && found.messageId !== null) {
        showMessage(found.messageId);
        return;
      }
      const step = found.registered && wantsNewPassword() ? RESET : stepOf(found, registration);
      setStep(step.at === 'start' ? { at: 'start', lost } : step);
      setFacts(found);
    });
  }
  useEffect(() => load(), [token]);

  function enter({ next, messageId }: SignInAnswer): void {
    if (next !== 'done') setStep({ at: 'further', next });
    else if (messageId === null) void showMessageOf(link);
    else showMessage(messageId);
  }

  if (loading.failure !== null) return <LinkFailure failure={loading.failure} onRetry={() => load()} />;
  if (facts === null) return <PageSkeleton />;
  if (facts.closed !== null)
    return (
      <Closed closed={facts.closed} author={authorName(facts.author)} path={link} onOpen={() => load()} />
    );
  const steps = { facts, link, onStep: setStep, onRegistered: () => load() };
  switch (step.at) {
    case 'code':
      return <ProveMailbox {...steps} sent={step.sent} />;
    case 'password':
      return <FirstCredential username={step.username} onLost={() => load(true)} onDone={enter} />;
    case 'further':
      return (
        <FurtherSteps
          next={step.next}
          onDone={() => void showMessageOf(link)}
          onOver={() => setStep({ at: 'start' })}
        />
      );
    case 'reset':
      return (
        <Reset
          linkToken={token}
          address={facts.maskedAddress}
          onBack={() => setStep({ at: 'start' })}
          onDone={enter}
        />
      );
    case 'forwarded':
      return (
        <LazyPart
          load={loadForwarded}
          props={{
            token,
            facts,
            joining: step.joining === true,
            onSignedIn: () => load(),
            onBack: () => setStep({ at: 'start' }),
          }}
          waiting={<PageSkeleton />}
        />
      );
    case 'telephone':
      return <ProveByTelephone {...steps} />;
    case 'other-ways':
      return (
        <LazyPart
          load={loadOtherWays}
          props={{
            link,
            author: authorName(facts.author),
            text: READING_TEXT,
            chosen: facts.otherWay,
            onBack: () => load(),
          }}
          waiting={<PageSkeleton />}
        />
      );
    case 'not-for-me':
      return <NotForMeDone author={authorName(facts.author)} />;
    default:
      return facts.registered ? (
        <Returning {...steps} token={token} onDone={enter} />
      ) : (
        <FirstTime {...steps} lost={step.lost === true} />
      );
  }
}

function LinkFailure({ failure, onRetry }: { readonly failure: unknown; readonly onRetry: () => void }) {
  const t = texts();
  if (codeOf(failure) !== 'link-unknown') return <FailedPage text={explain(failure)} onRetry={onRetry} />;
  return (
    <div class="card">
      <Page title={t.link.unknownTitle}>
        <p>{t.link.unknownText}</p>
      </Page>
    </div>
  );
}
