/** The signed manifest of an accepted message: who may open it is part of what the seal key vouches for. */
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { signManifest, verifyManifest, type ManifestRecipient } from '#src/sealing/manifest.ts';
import { CodedError } from '#src/base/coded-error.ts';

import type { TimedMessage } from './accept-message.ts';
import type { SecuredRecipient } from './secure-recipients.ts';

/** JSON for the message's row. */
export function signMessageManifest(
  keys: KeyProvider,
  message: TimedMessage,
  secured: readonly SecuredRecipient[],
): string {
  const manifest = {
    version: 1 as const,
    organizationId: keys.publicKeys().organizationId,
    messageId: message.queueId,
    author: message.author.from?.address ?? '',
    submitter: message.session.remoteAddress,
    submitterProof: message.submitter.proof,
    acceptedAt: message.acceptedAt,
    streams: message.received.layout,
    recipients: manifestRecipients(secured),
  };
  return JSON.stringify(signManifest(manifest, keys));
}

/** A manifest that verifies, with further recipients. Throws CodedError `manifest-invalid`. */
export function extendManifest(
  keys: KeyProvider,
  messageId: string,
  signed: string | null,
  secured: readonly SecuredRecipient[],
): string {
  if (signed === null) throw new CodedError('manifest-invalid', 'a held message has no manifest');
  const { organizationId, sealKeys } = keys.publicKeys();
  const manifest = verifyManifest(signed, sealKeys, { organizationId, messageId });
  const recipients = [...manifest.recipients, ...manifestRecipients(secured)];
  return JSON.stringify(signManifest({ ...manifest, recipients }, keys));
}

function manifestRecipients(secured: readonly SecuredRecipient[]): ManifestRecipient[] {
  return secured.map(({ recipient, wrapHash }) => ({
    recipientId: recipient.id,
    address: recipient.canonicalAddress,
    wrapHash: wrapHash.toString('base64url'),
  }));
}
