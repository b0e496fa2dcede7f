/**
 * A whole sealed message as the stand-alone reader takes it, the changes that make it unreadable, and how a change
 * is applied. `make-vectors.ts` writes them down; the tests seal fresh ones.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { kidOfSigningKey } from '#src/keys/permanent-keys.ts';
import { importWrappingPoint, wrappingPublicKey } from '#src/keys/wrapping-point.ts';
import { sealListEntry } from '#src/sealing/list-entry.ts';
import type { ListEntry } from '#src/sealing/list-entry.ts';
import { signManifest } from '#src/sealing/manifest.ts';
import type { SignedManifest } from '#src/sealing/manifest.ts';
import type { MessageIndex } from '#src/sealing/message-index.ts';
import { SealedObjectWriter } from '#src/sealing/sealed-object.ts';
import { signWrapReplacement } from '#src/sealing/wrap-replacement.ts';
import { wrapHash, wrapKey } from '#src/sealing/wrapped-key.ts';

/** What the reader takes; byte strings base64url unless they say hex. */
export interface SealedCase {
  readonly organizationId: string;
  readonly messageId: string;
  readonly recipientId: string;
  readonly holder: { readonly kind: 'account' | 'enrolment'; readonly id: string };
  /** P-256 scalar, hex. */
  readonly privateKey: string;
  readonly sealKeys: Readonly<Record<string, string>>;
  readonly accountAuthority: string;
  readonly signedManifest: SignedManifest;
  readonly wrap: string;
  readonly replacement?: unknown;
  readonly object: string;
  readonly listEntry: string;
}

export interface SealedPlaintext {
  readonly content: Buffer;
  readonly derived: Buffer;
  readonly index: MessageIndex;
  readonly listEntry: ListEntry;
}

/** A change to a case: members set anew, then bytes of the object edited. */
export interface Change {
  readonly name: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly object?:
    | { readonly flipBitAt: number }
    | { readonly cutTo: number }
    | { readonly append: string }
    | { readonly swap: readonly [number, number, number] };
}

const SENT_AT = Date.UTC(2026, 10, 21, 12);

interface SigningPair {
  readonly publicKey: KeyObject;
  sign(purpose: string, data: Uint8Array): { kid: string; signature: Buffer };
}

function newSigningPair(): SigningPair {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const kid = kidOfSigningKey(publicKey);
  return { publicKey, sign: (_purpose, data) => ({ kid, signature: sign(null, data, privateKey) }) };
}

function rawPublicKey(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x ?? '';
}

/** Everything that was made for a case; the case itself leaves out what a holder does not have. */
export interface MadeCase {
  readonly case: SealedCase;
  readonly plaintext: SealedPlaintext;
  readonly contentKey: Buffer;
  readonly point: Buffer;
  agree(peerPoint: Uint8Array): Buffer;
}

/** Seals a message; `registered`: its wrap was made at registration and a replacement record leads to it. */
export function makeCase(contentBytes: number, options: { readonly registered?: boolean } = {}): MadeCase {
  const ids = { organizationId: randomBytes(16).toString('hex'), messageId: '01KBKXYZ0000000000TESTCASE' };
  const [seal, authority, contentKey] = [newSigningPair(), newSigningPair(), randomBytes(32)];
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = wrappingPublicKey(pair.publicKey);
  const plaintext = makePlaintext(contentBytes);
  const { object, layout } = sealAll(plaintext, contentKey, ids);
  const holder = { kind: 'account', id: 'ACCOUNT1' } as const;
  const wrap = wrapKey(contentKey, { ...holder, key }, ids);
  const enrolment = { kind: 'enrolment', id: 'patient@mail.example' } as const;
  const named = options.registered === true ? wrapKey(contentKey, { ...enrolment, key }, ids) : wrap;
  const record = {
    ...ids,
    recipientId: 'RECIPIENT1',
    accountId: holder.id,
    replacedHash: wrapHash(named),
    replacementHash: wrapHash(wrap),
  };
  const signedManifest = signManifest(
    {
      version: 1,
      ...ids,
      author: 'jane.doe@hospital.example',
      submitter: '192.0.2.7',
      submitterProof: 'network',
      acceptedAt: SENT_AT,
      streams: layout,
      recipients: [
        { recipientId: 'RECIPIENT1', address: enrolment.id, wrapHash: wrapHash(named).toString('base64url') },
      ],
    },
    seal,
  );
  return {
    case: {
      ...ids,
      recipientId: 'RECIPIENT1',
      holder,
      privateKey: Buffer.from(pair.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url').toString('hex'),
      sealKeys: { [signedManifest.kid]: rawPublicKey(seal.publicKey) },
      accountAuthority: rawPublicKey(
        createPublicKey(authority.publicKey.export({ type: 'spki', format: 'pem' })),
      ),
      signedManifest,
      wrap: wrap.toString('base64url'),
      ...(options.registered === true && {
        replacement: JSON.parse(signWrapReplacement(record, authority)) as unknown,
      }),
      object: object.toString('base64url'),
      listEntry: sealListEntry(plaintext.listEntry, contentKey, ids).toString('base64url'),
    },
    plaintext,
    contentKey,
    point: key.point,
    agree: (peerPoint) =>
      diffieHellman({ privateKey: pair.privateKey, publicKey: importWrappingPoint(peerPoint) }),
  };
}

function makePlaintext(contentBytes: number): SealedPlaintext {
  const head = 'From: Jane Doe <jane.doe@hospital.example>\r\nSubject: =?utf-8?q?R=C3=A9sultats?=\r\n\r\n';
  const content = Buffer.alloc(contentBytes, 'Your results are fine. ');
  content.write(head.slice(0, contentBytes), 0);
  const derived = Buffer.from('Vos résultats sont bons. 😀');
  const index: MessageIndex = {
    version: 1,
    header: { subject: 'Résultats', from: 'Jane Doe', to: '', cc: '', replyTo: '', date: '' },
    parts: [],
    body: { html: null, text: null, calendar: null },
    attachments: [],
    contentLength: content.length,
    derivedLength: derived.length,
    raw: true,
  };
  const listEntry = { author: 'Jane Doe', subject: 'Résultats', sentAt: SENT_AT, sizeBytes: content.length };
  return { content, derived, index, listEntry };
}

function sealAll(
  plaintext: SealedPlaintext,
  contentKey: Buffer,
  ids: { organizationId: string; messageId: string },
) {
  const writer = new SealedObjectWriter({ contentKey, ...ids });
  const begun = writer.content(plaintext.content);
  writer.derived(plaintext.derived);
  const { tail, layout } = writer.finish(plaintext.index);
  return { object: Buffer.concat([...begun, ...tail]), layout };
}

/** Every change after which the case must be refused. The content must have more than three chunks. */
export function refusedChanges({ case: good }: MadeCase, other: MadeCase): Change[] {
  const { manifest } = good.signedManifest;
  const { content, derived, index } = manifest.streams;
  const resigned = (change: object): SignedManifest => ({
    ...good.signedManifest,
    manifest: { ...manifest, ...change },
  });
  const wrap = Buffer.from(good.wrap, 'base64url');
  const flipped = (at: number): string => {
    const bytes = Buffer.from(wrap);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes.toString('base64url');
  };
  return [
    { name: 'another message', set: { messageId: 'OTHER' } },
    { name: 'another organisation', set: { organizationId: 'f'.repeat(32) } },
    { name: 'another account', set: { holder: { kind: 'account', id: 'ACCOUNT2' } } },
    { name: 'another kind of holder', set: { holder: { kind: 'enrolment', id: 'ACCOUNT1' } } },
    { name: 'another recipient', set: { recipientId: 'RECIPIENT2' } },
    { name: 'another private key', set: { privateKey: other.case.privateKey } },
    { name: 'wrap: version changed', set: { wrap: flipped(0) } },
    { name: 'wrap: suite changed', set: { wrap: flipped(2) } },
    { name: 'wrap: kid changed', set: { wrap: flipped(5) } },
    { name: 'wrap: encapsulated key changed', set: { wrap: flipped(60) } },
    { name: 'wrap: ciphertext changed', set: { wrap: flipped(80) } },
    { name: 'wrap: cut', set: { wrap: wrap.subarray(0, 123).toString('base64url') } },
    { name: 'wrap: of another message', set: { wrap: other.case.wrap } },
    { name: 'manifest: author changed', set: { signedManifest: resigned({ author: 'x@evil.test' }) } },
    { name: 'manifest: recipient left out', set: { signedManifest: resigned({ recipients: [] }) } },
    {
      name: 'manifest: streams swapped',
      set: { signedManifest: resigned({ streams: { content: derived, derived: content, index } }) },
    },
    { name: 'manifest: of another message', set: { signedManifest: other.case.signedManifest } },
    { name: 'manifest: unknown seal key', set: { sealKeys: other.case.sealKeys } },
    {
      name: 'manifest: signature missing',
      set: { signedManifest: { ...good.signedManifest, signature: '' } },
    },
    { name: 'object: of another message', set: { object: other.case.object } },
    { name: 'object: salt changed', object: { flipBitAt: 3 } },
    { name: 'object: commitment changed', object: { flipBitAt: 30 } },
    { name: 'object: content changed', object: { flipBitAt: 100 } },
    { name: 'object: tag changed', object: { flipBitAt: 56 + 16_384 } },
    { name: 'object: derived stream changed', object: { flipBitAt: derived.offset + 60 } },
    { name: 'object: index changed', object: { flipBitAt: index.offset + 60 } },
    { name: 'object: two chunks swapped', object: { swap: [56, 56 + 16_400, 16_400] } },
    { name: 'object: cut at the end of a chunk', object: { cutTo: 56 + 2 * 16_400 } },
    { name: 'object: cut by one byte', object: { cutTo: index.offset + index.length - 1 } },
    { name: 'object: nothing', object: { cutTo: 0 } },
    { name: 'list entry: of another message', set: { listEntry: other.case.listEntry } },
    { name: 'list entry: cut', set: { listEntry: good.listEntry.slice(0, -4) } },
  ];
}

/** Changes to the replacement record of a registered case after which it must be refused. */
export function refusedReplacements({ case: good }: MadeCase, other: MadeCase): Change[] {
  const record = good.replacement as Record<string, string>;
  const elsewhere = other.case.replacement as Record<string, string>;
  return [
    { name: 'replacement: missing', set: { replacement: null } },
    { name: 'replacement: of another message', set: { replacement: elsewhere } },
    {
      name: 'replacement: another begin',
      set: { replacement: { ...record, replacedHash: elsewhere['replacedHash'] } },
    },
    {
      name: 'replacement: another end',
      set: { replacement: { ...record, replacementHash: record['replacedHash'] } },
    },
    { name: 'replacement: unsigned', set: { replacement: { ...record, signature: '' } } },
    { name: 'replacement: another authority', set: { accountAuthority: other.case.accountAuthority } },
  ];
}

export function applyChange(good: SealedCase, change: Change): SealedCase {
  const changed = { ...good, ...change.set } as SealedCase;
  if (change.object === undefined) return changed;
  return {
    ...changed,
    object: editObject(Buffer.from(good.object, 'base64url'), change.object).toString('base64url'),
  };
}

function editObject(object: Buffer, edit: NonNullable<Change['object']>): Buffer {
  if ('cutTo' in edit) return object.subarray(0, edit.cutTo);
  if ('append' in edit) return Buffer.concat([object, Buffer.from(edit.append, 'hex')]);
  const edited = Buffer.from(object);
  if ('flipBitAt' in edit) {
    edited.writeUInt8(edited.readUInt8(edit.flipBitAt) ^ 1, edit.flipBitAt);
    return edited;
  }
  const [first, second, length] = edit.swap;
  object.copy(edited, first, second, second + length);
  object.copy(edited, second, first, first + length);
  return edited;
}
