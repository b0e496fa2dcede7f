/** What a kept copy consists of: the mail as it was sent and each attachment as a file, packed in the page. */
import { texts } from '../ui/locale/locale.ts';
import type { Octets } from './crypto/octets.ts';
import type { OpenedMessage } from './opened-message.ts';
import { safeName, type SafeName } from './safe-name.ts';

/** A file of a zip; `/` parts its folders. */
export interface PackedFile {
  readonly name: string;
  readonly octets: Octets;
}

/** Names that no disk takes for the same one: upper and lower case, and how a letter is composed, don't count. */
export class FreeNames {
  /** The packing code keeps files by name in an object, where this one would be lost. */
  readonly #taken = new Set<string>(['__proto__']);

  /** This name, or the next with a number that is free. */
  take({ base, extension }: Pick<SafeName, 'base' | 'extension'>): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? base + extension : `${base} (${number})${extension}`;
      const comparable = name.normalize('NFC').toLowerCase();
      if (this.#taken.has(comparable)) continue;
      this.#taken.add(comparable);
      return name;
    }
  }
}

/** By the subject of the message. */
export function copyName(message: OpenedMessage, extension: string): string {
  return baseOf(message) + extension;
}

function baseOf({ index }: OpenedMessage): string {
  return safeName(`${index.header.subject.slice(0, 80)}.x`, '', texts().keep.fileName).base;
}

export async function collect(pieces: AsyncIterable<Octets>): Promise<Octets[]> {
  const collected: Octets[] = [];
  for await (const piece of pieces) collected.push(piece);
  return collected;
}

async function octetsOf(pieces: AsyncIterable<Octets>): Promise<Octets> {
  return new Uint8Array(await new Blob(await collect(pieces)).arrayBuffer());
}

/** The mail and its attachments. */
export async function filesOf(message: OpenedMessage): Promise<PackedFile[]> {
  const names = new FreeNames();
  const mail = names.take({ base: baseOf(message), extension: '.eml' });
  const files: PackedFile[] = [{ name: mail, octets: await octetsOf(message.readMail()) }];
  for (const [position, path] of message.index.attachments.entries()) {
    const part = message.part(path);
    if (part === null) continue;
    const name = safeName(part.name, part.mediaType, texts().reader.attachmentName(position + 1));
    files.push({ name: names.take(name), octets: await octetsOf(message.read(part)) });
  }
  return files;
}

/** The packing code comes only when somebody asks for a zip. */
export async function zipOf(files: readonly PackedFile[]): Promise<Octets> {
  const { zip } = await import('fflate');
  const entries = Object.fromEntries(files.map(({ name, octets }) => [name, octets]));
  return new Promise((resolve, reject) => {
    zip(entries, (error, packed) => (error === null ? resolve(new Uint8Array(packed)) : reject(error)));
  });
}
