/**
 * The parts of signing in that not everybody meets, each in a chunk of its own: passwords that are chosen, passkeys, the
 * second step, and what a sign-in may lack. This file knows only when to fetch them.
 */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SignInAnswer, SignInNext } from '../api-types.ts';
import { PageSkeleton } from '../parts/controls.tsx';
import { LazyPart } from '../parts/lazy-part.tsx';
import { site } from '../site.ts';
import type { PasswordStepProps } from './password-step.tsx';
import type { ResetFlowProps } from './reset-flow.tsx';

export interface ChooseProps {
  /** The account is there, and somebody is signed in to it. */
  readonly onDone: (answer: SignInAnswer) => void;
  /** The proof of the mailbox was kept for a while only. */
  readonly onLost: () => void;
  readonly onPassword: () => void;
}

export interface PasskeySignInProps {
  readonly linkToken: string | null;
  readonly onDone: (answer: SignInAnswer) => void;
}

export interface ProviderSignInProps {
  /** Path to go on with after signing in; null: the list of messages. */
  readonly to: string | null;
}

export interface FurtherStepsProps {
  readonly next: Exclude<SignInNext, 'done'>;
  readonly onDone: () => void;
  readonly onOver: () => void;
}

export interface ResetSecondFactorProps {
  /** When it can be done without; null: nobody asked for that. */
  readonly lostEffectiveAt: string | null;
  /** The code that was given before is not good any more. */
  readonly wrong: boolean;
  /** `code` null: the time for doing without has come. Throws ApiFailure. */
  readonly onGiven: (code: string | null) => Promise<void>;
}

type Module<Props> = Promise<{ readonly default: ComponentType<Props> }>;

/** The code and its texts, together. */
async function withTexts<Props>(module: Module<Props>): Module<Props> {
  const [part, { loadCredentialTexts }] = await Promise.all([
    module,
    import('../../credentials/credential-texts.ts'),
  ]);
  await loadCredentialTexts();
  return part;
}

const loadChoose = () => withTexts<ChooseProps>(import('../../credentials/choose-step.tsx'));
const loadPasskeySignIn = () =>
  withTexts<PasskeySignInProps>(import('../../credentials/passkey-sign-in.tsx'));
const loadProviderSignIn = () =>
  withTexts<ProviderSignInProps>(import('../../credentials/provider-sign-in.tsx'));
const loadFurther = () => withTexts<FurtherStepsProps>(import('../../credentials/further-steps.tsx'));
const loadPasswordStep = async () => ({ default: (await import('./password-step.tsx')).PasswordStep });
const loadResetFlow = async () => ({ default: (await import('./reset-flow.tsx')).ResetFlow });
const loadReset = () =>
  withTexts<ResetSecondFactorProps>(import('../../credentials/reset-second-factor.tsx'));

export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === 'function';
}

/** Whether this device has a screen lock that makes passkeys; null: not known yet. */
export function useScreenLock(): boolean | null {
  const [found, setFound] = useState<boolean | null>(hasPasskeys() ? null : false);
  useEffect(() => {
    if (!hasPasskeys()) return;
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().then(setFound, () => setFound(false));
  }, []);
  return found;
}

export function Choose(props: ChooseProps) {
  return <LazyPart load={loadChoose} props={props} waiting={<PageSkeleton />} />;
}

/** Nothing where the browser has no passkeys, or the code does not come: the password is still there. */
export function PasskeySignIn(props: PasskeySignInProps) {
  if (!hasPasskeys()) return null;
  return (
    <LazyPart load={loadPasskeySignIn} props={props} waiting={<div class="passkey-place" />} without={null} />
  );
}

/** Nothing where the organisation has set none up. */
export function ProviderSignIn(props: ProviderSignInProps) {
  if ((site.value?.providers ?? []).length === 0) return null;
  return <LazyPart load={loadProviderSignIn} props={props} waiting={null} without={null} />;
}

export const loadProviderPage = () => withTexts(import('../../credentials/provider-page.tsx'));

export function FurtherSteps(props: FurtherStepsProps) {
  return <LazyPart load={loadFurther} props={props} waiting={<PageSkeleton />} />;
}

export function ResetSecondFactor(props: ResetSecondFactorProps) {
  return <LazyPart load={loadReset} props={props} waiting={<PageSkeleton />} />;
}

export function Password(props: PasswordStepProps) {
  return <LazyPart load={loadPasswordStep} props={props} waiting={<PageSkeleton />} />;
}

/** A forgotten password, or a lost second step. */
export function Reset(props: ResetFlowProps) {
  return <LazyPart load={loadResetFlow} props={props} waiting={<PageSkeleton />} />;
}
