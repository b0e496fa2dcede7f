/**
 * Keeping a copy: the mail as it was sent, or a zip with it and every attachment as a file. The server records it
 * first; everything is fetched, opened and packed in the page.
 */
import { useState } from 'preact/hooks';

import { call } from '../ui/api.ts';
import { explain } from '../ui/explain.ts';
import { texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { useRequest } from '../ui/use-request.ts';
import type { Octets } from './crypto/octets.ts';
import type { OpenedMessage } from './opened-message.ts';
import { safeName } from './safe-name.ts';
import { saveBlob } from './save-blob.ts';

interface KeepCopyProps {
  readonly messageId: string;
  readonly message: OpenedMessage;
}

export function KeepCopy({ messageId, message }: KeepCopyProps) {
  const t = texts().keep;
  const { busy, failure, run } = useRequest();
  const [kept, setKept] = useState<string | null>(null);
  const keep = (what: 'mail' | 'zip'): void =>
    run(async () => {
      setKept(null);
      await call('POST', `/api/messages/${encodeURIComponent(messageId)}/kept`, { what });
      const name = fileName(message, what === 'zip' ? '.zip' : '.eml');
      saveBlob(what === 'zip' ? [await packAll(message)] : await collect(message.readMail()), name);
      setKept(name);
    });
  return (
    <details class="card no-print">
      <summary>{t.title}</summary>
      <p>{t.yours}</p>
      <div class="row">
        <Button kind="second" small busy={busy} onPress={() => keep('mail')}>
          {t.mail}
        </Button>
        {message.index.attachments.length > 0 && (
          <Button kind="second" small busy={busy} onPress={() => keep('zip')}>
            {t.zip}
          </Button>
        )}
      </div>
      {failure !== null && <ProblemBox text={explain(failure)} />}
      <p class="hint" role="status">
        {busy ? texts().loading : kept === null ? '\u00a0' : texts().reader.saved(kept)}
      </p>
    </details>
  );
}

function fileName({ index }: OpenedMessage, extension: string): string {
  const { base } = safeName(`${index.header.subject.slice(0, 80)}.x`, '', texts().keep.fileName);
  return base + extension;
}

async function collect(pieces: AsyncIterable<Octets>): Promise<Octets[]> {
  const collected: Octets[] = [];
  for await (const piece of pieces) collected.push(piece);
  return collected;
}

async function octetsOf(pieces: AsyncIterable<Octets>): Promise<Octets> {
  return new Uint8Array(await new Blob(await collect(pieces)).arrayBuffer());
}

/** The packing code comes only when somebody asks for a zip. Files of one name get a number. */
async function packAll(message: OpenedMessage): Promise<Octets> {
  const { zip } = await import('fflate');
  const files: Record<string, Octets> = { [fileName(message, '.eml')]: await octetsOf(message.readMail()) };
  for (const [position, path] of message.index.attachments.entries()) {
    const part = message.part(path);
    if (part === null) continue;
    const name = safeName(part.name, part.mediaType, texts().reader.attachmentName(position + 1));
    const free = name.full in files ? `${name.base} (${position + 1})${name.extension}` : name.full;
    files[free] = await octetsOf(message.read(part));
  }
  return new Promise((resolve, reject) => {
    zip(files, (error, packed) => (error === null ? resolve(new Uint8Array(packed)) : reject(error)));
  });
}
