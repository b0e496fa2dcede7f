/** Mails made part by part, with the index that a scanner would give, and sealed by the real code. */
import { randomBytes } from 'node:crypto';

import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import { deriveListKey, sealListEntry } from '#src/sealing/list-entry.ts';
import type { MessageIndex, PartIndex } from '#src/sealing/message-index.ts';
import { SealedObjectWriter } from '#src/sealing/sealed-object.ts';

export interface MailPart {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly name?: string;
  readonly charset?: string;
  readonly contentId?: string;
  readonly role: 'text' | 'html' | 'calendar' | 'inline' | 'attachment';
}

export interface MockMail {
  readonly id: string;
  readonly author: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly sentAt: string;
  readonly to: string;
  readonly cc?: string;
  readonly parts: readonly MailPart[];
}

export interface SealedMail {
  readonly mail: MockMail;
  readonly contentKey: Buffer;
  readonly object: Buffer;
  readonly layout: SealedObjectLayout;
  readonly listEntry: Buffer;
  readonly listKey: Buffer;
}

function base64Lines(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n') + '\r\n', 'latin1');
}

interface Composed {
  readonly content: Buffer;
  readonly derived: Buffer;
  readonly parts: readonly PartIndex[];
}

function compose(mail: MockMail): Composed {
  const content: Buffer[] = [Buffer.from(`Subject: ${mail.subject}\r\nMIME-Version: 1.0\r\n\r\n`)];
  const derived: Buffer[] = [];
  let offset = content[0]?.length ?? 0;
  let derivedOffset = 0;
  const parts = mail.parts.map((part, position): PartIndex => {
    const encoded = base64Lines(part.bytes);
    const head = Buffer.from(`--b\r\nContent-Type: ${part.mediaType}\r\n\r\n`);
    content.push(head, encoded);
    const start = offset + head.length;
    offset = start + encoded.length;
    const isText = part.role === 'text' || part.role === 'html' || part.role === 'calendar';
    if (isText) derived.push(part.bytes);
    const text = isText
      ? { stream: 'derived' as const, start: derivedOffset, end: derivedOffset + part.bytes.length }
      : null;
    if (isText) derivedOffset += part.bytes.length;
    return {
      path: String(position + 1),
      mediaType: part.mediaType,
      charset: part.charset ?? (isText ? 'utf-8' : null),
      name: part.name ?? null,
      disposition: part.role === 'attachment' ? 'attachment' : null,
      contentId: part.contentId ?? null,
      transferEncoding: 'base64',
      source: { stream: 'content', start, end: offset },
      decodedBytes: part.bytes.length,
      text,
    };
  });
  return { content: Buffer.concat(content), derived: Buffer.concat(derived), parts };
}

function indexOf(mail: MockMail, composed: Composed): MessageIndex {
  const pathOf = (role: MailPart['role']): string | null => {
    const position = mail.parts.findIndex((part) => part.role === role);
    return position < 0 ? null : String(position + 1);
  };
  return {
    version: 1,
    header: {
      subject: mail.subject,
      from: `${mail.author.name} <${mail.author.address}>`,
      to: mail.to,
      cc: mail.cc ?? '',
      replyTo: '',
      date: mail.sentAt,
    },
    parts: composed.parts,
    body: { html: pathOf('html'), text: pathOf('text'), calendar: pathOf('calendar') },
    attachments: mail.parts.flatMap((part, position) =>
      part.role === 'attachment' ? [String(position + 1)] : [],
    ),
    contentLength: composed.content.length,
    derivedLength: composed.derived.length,
    raw: false,
  };
}

export function sealMail(mail: MockMail, organizationId: string): SealedMail {
  const contentKey = randomBytes(32);
  const ids = { organizationId, messageId: mail.id };
  const composed = compose(mail);
  const writer = new SealedObjectWriter({ ...ids, contentKey });
  const begin = writer.content(composed.content);
  if (composed.derived.length > 0 && !writer.derived(composed.derived)) throw new Error('too much text');
  const { tail, layout } = writer.finish(indexOf(mail, composed));
  const entry = {
    author: mail.author.name,
    subject: mail.subject,
    sentAt: Date.parse(mail.sentAt),
    sizeBytes: composed.content.length,
  };
  return {
    mail,
    contentKey,
    object: Buffer.concat([...begin, ...tail]),
    layout,
    listEntry: sealListEntry(entry, contentKey, ids),
    listKey: deriveListKey(contentKey, ids),
  };
}
