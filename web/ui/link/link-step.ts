/** Where somebody stands who followed a link, and what each of these pages is given. */
import type { CodeSent, LinkFacts, SignInNext } from '../api-types.ts';

export type LinkStep =
  | { readonly at: 'start'; readonly lost?: boolean }
  | { readonly at: 'code'; readonly sent: CodeSent }
  | { readonly at: 'password'; readonly username: string }
  | { readonly at: 'further'; readonly next: Exclude<SignInNext, 'done'> }
  | { readonly at: 'reset' }
  /** `joining`: an account with an address of their own is being made. */
  | { readonly at: 'forwarded'; readonly joining?: boolean }
  /** A code of the help desk, where none could be mailed. */
  | { readonly at: 'telephone' }
  | { readonly at: 'other-ways' }
  | { readonly at: 'not-for-me' };

export interface LinkStepProps {
  readonly facts: LinkFacts;
  /** The link's path below `/api/`. */
  readonly link: string;
  readonly onStep: (step: LinkStep) => void;
  /** The address has an account by now: made on another device, or in another window. */
  readonly onRegistered: () => void;
}
