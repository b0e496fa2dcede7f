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
import type { OpenedMessage } from './opened-message.ts';
import { collect, copyName, filesOf, zipOf } from './pack-copies.ts';
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
      const name = copyName(message, what === 'zip' ? '.zip' : '.eml');
      saveBlob(
        what === 'zip' ? [await zipOf(await filesOf(message))] : await collect(message.readMail()),
        name,
      );
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
