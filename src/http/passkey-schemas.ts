/**
 * What a browser sends of an authenticator's answer. The library that verifies it checks every field; the schemas only
 * their presence and size.
 */
import { Type } from 'typebox';

const Text = Type.String({ maxLength: 16_384 });
const credential = { id: Text, rawId: Text, type: Type.Literal('public-key') };

/** Of an authenticator that signed in. */
export const AssertionBody = Type.Object({
  ...credential,
  response: Type.Object({ clientDataJSON: Text, authenticatorData: Text, signature: Text }),
});

/** Of an authenticator that made a passkey. */
export const NewPasskeyBody = Type.Object({
  ...credential,
  response: Type.Object({ clientDataJSON: Text, attestationObject: Text }),
});

export const MAX_PASSKEY_NAME = 60;

/** A name that a person gave, without what can't be seen. */
export function cleanPasskeyName(name: string): string {
  return name.replaceAll(/\p{C}/gu, '').trim();
}
