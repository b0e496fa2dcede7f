/** The notice's link: says who sent what, then leads by code and password, or by password alone, to the message. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ForwardedProps } from '../../access/forwarded.tsx';
import { ApiFailure, call } from '../api.ts';
import type { CodeSent, LinkFacts, Registration, SignInAnswer, SignInNext } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { formatDate, formatDateTime, language, texts } from '../locale/locale.ts';
import { Button, ProblemBox, PageSkeleton } from '../parts/controls.tsx';
import { Closed } from '../parts/closed.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { FailedPage } from '../parts/failed-page.tsx';
import { MailAddress } from '../parts/mail-address.tsx';
import { Page } from '../parts/page.tsx';
import { preloadReader } from '../preload.ts';
import { navigate } from '../router.ts';
import { noteSignedIn } from '../session.ts';
import { site } from '../site.ts';
import { CodeStep } from '../steps/code-step.tsx';
import {
  Choose,
  FurtherSteps,
  PasskeySignIn,
  Password,
  Reset,
  useScreenLock,
} from '../steps/credential-steps.tsx';
import { SignInForm } from '../steps/sign-in-form.tsx';
import { useRequest } from '../use-request.ts';

type Step =
  | { readonly at: 'start'; readonly lost?: boolean }
  | { readonly at: 'code'; readonly sent: CodeSent }
  | { readonly at: 'password'; readonly username: string }
  | { readonly at: 'further'; readonly next: Exclude<SignInNext, 'done'> }
  | { readonly at: 'reset' }
  | { readonly at: 'forwarded' }
  | { readonly at: 'not-for-me' };

/** Without a name the address stands below; a heading made of it would break in mid-word on a phone. */
function linkTitle(facts: LinkFacts): string {
  const t = texts().link;
  return facts.author.name.trim() === '' ? t.title : t.titleFrom(facts.author.name);
}

function authorName(author: { readonly name: string; readonly address: string }): string {
  return author.name.trim() === '' ? author.address : author.name;
}

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

export function LinkPage({ token }: { readonly token: string }) {
  const [facts, setFacts] = useState<LinkFacts | null>(null);
  const [step, setStep] = useState<Step>({ at: 'start' });
  const loading = useRequest();
  const link = `/api/links/${encodeURIComponent(token)}`;

  function load(): void {
    loading.run(async () => {
      const [found, registration] = await Promise.all([
        call<LinkFacts>('GET', link),
        call<Registration>('GET', '/api/registration'),
      ]);
      if (found.state === 'ready' && found.signedIn && found.messageId !== null) {
        showMessage(found.messageId);
        return;
      }
      if (!found.registered && registration.state === 'code-sent') setStep({ at: 'code', sent: {} });
      if (!found.registered && registration.state === 'choose-password') {
        setStep({ at: 'password', username: registration.address ?? found.maskedAddress });
      }
      if (found.registered && found.signedInAs !== null) setStep({ at: 'forwarded' });
      setFacts(found);
    });
  }
  useEffect(load, [token]);

  function enter({ next, messageId }: SignInAnswer): void {
    if (next !== 'done') setStep({ at: 'further', next });
    else if (messageId === null) void showMessageOf(link);
    else showMessage(messageId);
  }

  if (loading.failure !== null) return <LinkFailure failure={loading.failure} onRetry={load} />;
  if (facts === null) return <PageSkeleton />;
  if (facts.closed !== null)
    return <Closed closed={facts.closed} author={authorName(facts.author)} path={link} onOpen={load} />;
  switch (step.at) {
    case 'code':
      return <LinkCode link={link} facts={facts} sent={step.sent} onStep={setStep} />;
    case 'password':
      return (
        <LinkCredential
          username={step.username}
          onLost={() => setStep({ at: 'start', lost: true })}
          onDone={enter}
        />
      );
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
      return <LoadForwarded token={token} facts={facts} onSignedIn={load} />;
    case 'not-for-me':
      return <NotForMeDone author={authorName(facts.author)} />;
    default:
      return facts.registered ? (
        <Returning token={token} facts={facts} link={link} onStep={setStep} onDone={enter} />
      ) : (
        <FirstTime facts={facts} link={link} lost={step.lost === true} onStep={setStep} />
      );
  }
}

/** Rare, so its code is fetched when it is shown. */
function LoadForwarded(props: ForwardedProps) {
  const [loaded, setLoaded] = useState<ComponentType<ForwardedProps> | null>(null);
  const fetching = useRequest();
  const fetchIt = (): void =>
    fetching.run(async () => {
      const { Forwarded } = await import('../../access/forwarded.tsx');
      setLoaded(() => Forwarded);
    });
  useEffect(fetchIt, []);
  if (fetching.failure !== null)
    return <FailedPage text={explain(new ApiFailure('offline', 0))} onRetry={fetchIt} />;
  if (loaded === null) return <PageSkeleton />;
  const Loaded = loaded;
  return <Loaded {...props} />;
}

interface StartProps {
  readonly facts: LinkFacts;
  readonly link: string;
  readonly onStep: (step: Step) => void;
}

async function sendCode(link: string): Promise<CodeSent> {
  return call<CodeSent>('POST', `${link}/code`, { locale: language.value });
}

function LinkCode({ link, facts, sent, onStep }: StartProps & { readonly sent: CodeSent }) {
  return (
    <CodeStep
      sentTo={texts().code.sentTo(facts.maskedAddress)}
      sent={sent}
      resend={() => sendCode(link)}
      verify={async (code) => {
        const done = await call<{ maskedAddress: string }>('POST', `${link}/code/verify`, { code });
        const registration = await call<Registration>('GET', '/api/registration').catch(() => null);
        onStep({ at: 'password', username: registration?.address ?? done.maskedAddress });
        preloadReader();
      }}
    />
  );
}

interface LinkCredentialProps {
  readonly username: string;
  readonly onLost: () => void;
  readonly onDone: (answer: SignInAnswer) => void;
}

/** A passkey first, where the device has a screen lock to make one with. */
function LinkCredential(props: LinkCredentialProps) {
  const screenLock = useScreenLock();
  const [password, setPassword] = useState(false);
  if (screenLock === null) return <PageSkeleton />;
  if (screenLock && !password) {
    return <Choose onDone={props.onDone} onLost={props.onLost} onPassword={() => setPassword(true)} />;
  }
  return <LinkPassword {...props} />;
}

function LinkPassword({ username, onLost, onDone }: LinkCredentialProps) {
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
          // The proof of the mailbox is kept for a while only.
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

function MessageFacts({ facts }: { readonly facts: LinkFacts }) {
  const t = texts();
  return (
    <dl class="facts">
      <dt>{t.from}</dt>
      <dd>
        {facts.author.name === '' ? (
          <MailAddress address={facts.author.address} />
        ) : (
          <>
            {facts.author.name}{' '}
            <span class="aside">
              <MailAddress address={facts.author.address} />
            </span>
          </>
        )}
      </dd>
      <dt>{t.sent}</dt>
      <dd>{formatDateTime(facts.sentAt)}</dd>
      <dt>{t.keptUntil}</dt>
      <dd>{formatDate(facts.keptUntil)}</dd>
    </dl>
  );
}

function FirstTime({ facts, link, lost, onStep }: StartProps & { readonly lost: boolean }) {
  const t = texts();
  const sending = useRequest();
  return (
    <div class="card">
      <Page title={linkTitle(facts)} tabTitle={t.sendSecure}>
        <MessageFacts facts={facts} />
        {lost && <ProblemBox text={t.failure['registration-lost']} />}
        <p class="lead">{t.link.firstTime(facts.maskedAddress)}</p>
        <p>{t.link.whatHappens}</p>
        {sending.failure !== null && <ProblemBox text={explain(sending.failure)} />}
        <Button
          wide
          busy={sending.busy}
          onPress={() => sending.run(async () => onStep({ at: 'code', sent: await sendCode(link) }))}
        >
          {sending.busy ? t.link.sendingCode : t.link.sendCode}
        </Button>
        <p class="aside divided">{t.link.firstTimeShort}</p>
        <NotForMe facts={facts} link={link} onStep={onStep} />
      </Page>
    </div>
  );
}

interface ReturningProps extends StartProps {
  readonly token: string;
  readonly onDone: (answer: SignInAnswer) => void;
}

function Returning({ token, facts, link, onStep, onDone }: ReturningProps) {
  const t = texts();
  return (
    <div class="card">
      <Page title={linkTitle(facts)} tabTitle={t.sendSecure}>
        <MessageFacts facts={facts} />
        <h2>{t.signInPage.titleMessage}</h2>
        <PasskeySignIn linkToken={token} onDone={onDone} />
        <SignInForm
          knownAddress={facts.maskedAddress}
          submit={t.signInPage.submitRead}
          signIn={async ({ password }) => {
            onDone(await call<SignInAnswer>('POST', '/api/session', { password, linkToken: token }));
          }}
          onForgot={() => onStep({ at: 'reset' })}
        />
        <Button kind="plain" onPress={() => onStep({ at: 'forwarded' })}>
          {t.link.forwarded}
        </Button>
        <NotForMe facts={facts} link={link} onStep={onStep} />
      </Page>
    </div>
  );
}

async function report(link: string): Promise<void> {
  try {
    await call('POST', `${link}/not-for-me`, { confirm: true });
  } catch (error) {
    // Whoever holds a forwarded link must not lock what its owner has opened.
    if (error instanceof ApiFailure && error.status === 401) throw new ApiFailure('sign-in-first', 401);
    throw error;
  }
}

function NotForMe({ facts, link, onStep }: StartProps) {
  const t = texts();
  const [asked, setAsked] = useState(false);
  const locking = useRequest();
  const author = authorName(facts.author);
  return (
    <>
      <Button kind="plain" onPress={() => setAsked(true)}>
        {t.link.notForMe}
      </Button>
      {asked && (
        <Dialog title={t.link.notForMeTitle} onClose={() => setAsked(false)}>
          <p>{t.link.notForMeText(author)}</p>
          {locking.failure !== null && <ProblemBox text={explain(locking.failure)} />}
          <div class="row">
            <Button
              busy={locking.busy}
              onPress={() =>
                locking.run(async () => {
                  await report(link);
                  onStep({ at: 'not-for-me' });
                })
              }
            >
              {t.link.notForMeConfirm}
            </Button>
            <Button kind="second" onPress={() => setAsked(false)}>
              {t.cancel}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function NotForMeDone({ author }: { readonly author: string }) {
  const t = texts();
  return (
    <div class="card">
      <Page title={t.link.notForMeDoneTitle} stepped>
        <p>{t.link.notForMeDone(author)}</p>
      </Page>
    </div>
  );
}

function LinkFailure({ failure, onRetry }: { readonly failure: unknown; readonly onRetry: () => void }) {
  const t = texts();
  if (codeOf(failure) !== 'link-unknown') return <FailedPage text={explain(failure)} onRetry={onRetry} />;
  return (
    <div class="card">
      <Page title={t.link.unknownTitle}>
        <p>{t.link.unknownText}</p>
        <HelpLine />
      </Page>
    </div>
  );
}

function HelpLine() {
  const line = site.value?.helpLine ?? null;
  return line === null ? null : <p>{texts().helpLine(line.phone, line.hours)}</p>;
}
