/** What the browser's passkeys are used for: each with options of the portal, and an answer that it verifies. */
import {
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { ApiFailure, call } from '../ui/api.ts';
import type { SignInAnswer } from '../ui/api-types.ts';

/** Makes a passkey and hands it to `path`. Throws ApiFailure. */
export async function makePasskey<Answer>(path: string, more: object = {}): Promise<Answer> {
  const optionsJSON = await call<PublicKeyCredentialCreationOptionsJSON>('POST', `${path}/options`);
  const response = await asked(() => startRegistration({ optionsJSON }));
  return call<Answer>('POST', path, { response, ...more });
}

/** Signs in with a passkey that the person picks. Throws ApiFailure. */
export function signInWithPasskey(linkToken: string | null): Promise<SignInAnswer> {
  return usePasskey('/api/session/passkey', linkToken === null ? {} : { linkToken });
}

/** Uses a passkey for `path`. Throws ApiFailure. */
export async function usePasskey<Answer>(path: string, more: object = {}): Promise<Answer> {
  const optionsJSON = await call<PublicKeyCredentialRequestOptionsJSON>('POST', `${path}/options`);
  const response = await asked(() => startAuthentication({ optionsJSON }));
  return call<Answer>('POST', path, { response, ...more });
}

/** The same, offered by the browser where the person fills in the form; resolves when they choose one. */
export async function offerPasskey(linkToken: string | null): Promise<SignInAnswer> {
  const options = call<PublicKeyCredentialRequestOptionsJSON>('POST', '/api/session/passkey/options');
  const optionsJSON = await options.catch(() => {
    // Nobody pressed anything yet: there is nothing to tell.
    throw new ApiFailure('passkey-cancelled', 0);
  });
  const response = await asked(() => startAuthentication({ optionsJSON, useBrowserAutofill: true }));
  return call('POST', '/api/session/passkey', { response, ...(linkToken !== null && { linkToken }) });
}

/** Ends what `offerPasskey` waits for. */
export function stopOffering(): void {
  WebAuthnAbortService.cancelCeremony();
}

/** Whatever the person or the device refused is one failure; what was pressed twice is none. */
async function asked<Response>(start: () => Promise<Response>): Promise<Response> {
  try {
    return await start();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw new ApiFailure(name === 'InvalidStateError' ? 'passkey-known' : 'passkey-cancelled', 0);
  }
}
