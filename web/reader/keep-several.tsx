/**
 * Keeping copies of several messages as one zip, with a folder for each. Every message is opened and recorded on the
 * server like one that is read and kept by itself, one after the other; what can't be opened is left out and counted.
 */
import { useEffect, useRef, useState } from 'preact/hooks';

import { ApiFailure, call } from '../ui/api.ts';
import type { ListedMessage } from '../ui/api-types.ts';
import { explain } from '../ui/explain.ts';
import { formatDateTime, formatSize, texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { useRequest } from '../ui/use-request.ts';
import { severalTexts } from './keep-several-texts.ts';
import type { ListEntry } from './list-entry.ts';
import { filesOf, FreeNames, zipOf, type PackedFile } from './pack-copies.ts';
import { releaseMessage } from './release-message.ts';
import { displayText, safeName } from './safe-name.ts';
import { saveBlob } from './save-blob.ts';

/** Everything is in the memory of the page while it is packed. */
const MAX_TOGETHER_BYTES = 100_000_000;

/** A message that can be opened, with its entry of the list. */
export interface Choosable {
  readonly message: ListedMessage;
  readonly entry: ListEntry | null;
}

interface KeepSeveralProps {
  readonly rows: readonly Choosable[];
  readonly onClose: () => void;
}

interface Result {
  readonly name: string | null;
  readonly failed: number;
}

export default function KeepSeveral({ rows, onClose }: KeepSeveralProps) {
  const [t, common] = [severalTexts(), texts()];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [packed, setPacked] = useState(0);
  const [result, setResult] = useState<Result | null>(null);
  const [missing, setMissing] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const isThere = useRef(true);
  const saving = useRequest();
  useEffect(() => {
    heading.current?.focus();
    return () => {
      isThere.current = false;
    };
  }, []);
  const wanted = rows.filter(({ message }) => chosen.has(message.id));
  const isTooMuch = wanted.reduce((sum, { message }) => sum + message.sizeBytes, 0) > MAX_TOGETHER_BYTES;

  function choose(id: string, isChosen: boolean): void {
    setMissing(false);
    setResult(null);
    setChosen(new Set(isChosen ? [...chosen, id] : [...chosen].filter((other) => other !== id)));
  }

  function save(): void {
    if (wanted.length === 0) setMissing(true);
    if (wanted.length === 0 || isTooMuch) return;
    setResult(null);
    setPacked(0);
    saving.run(async () => setResult(await keepAll(wanted, () => isThere.current, setPacked)));
  }

  return (
    <section class="card" aria-labelledby="keep-several-title">
      <h2 id="keep-several-title" ref={heading} tabIndex={-1}>
        {t.title}
      </h2>
      <p>{t.lead}</p>
      <p>{common.keep.yours}</p>
      {rows.some(({ message }) => !message.opened) && <p>{t.unread}</p>}
      <div role="group" aria-labelledby="keep-several-title">
        {rows.map((row) => (
          <Choice
            key={row.message.id}
            {...row}
            isChosen={chosen.has(row.message.id)}
            onChoose={(isChosen) => choose(row.message.id, isChosen)}
          />
        ))}
      </div>
      {missing && (
        <p class="problem" role="alert">
          {t.chooseOne}
        </p>
      )}
      {isTooMuch && (
        <p class="problem" role="alert">
          {t.tooMuch(formatSize(MAX_TOGETHER_BYTES))}
        </p>
      )}
      {saving.failure !== null && <ProblemBox text={explain(saving.failure)} />}
      <div class="row">
        <Button busy={saving.busy} onPress={save}>
          {t.save(wanted.length)}
        </Button>
        <Button kind="second" onPress={() => setChosen(new Set(rows.map(({ message }) => message.id)))}>
          {t.all}
        </Button>
        <Button kind="second" onPress={onClose}>
          {common.close}
        </Button>
      </div>
      <p class="hint" role="status">
        {saving.busy && t.progress(packed, wanted.length)}
        {result?.name !== null && result !== null && common.reader.saved(result.name)}{' '}
        {result !== null && result.failed > 0 && t.failed(result.failed)}
      </p>
    </section>
  );
}

interface ChoiceProps extends Choosable {
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
}

function Choice({ message, entry, isChosen, onChoose }: ChoiceProps) {
  const { noSubject, unreadable } = texts().list;
  const subject = entry === null ? unreadable : displayText(entry.subject, 200);
  return (
    <label class="choice">
      <input type="checkbox" checked={isChosen} onChange={(event) => onChoose(event.currentTarget.checked)} />
      <span>
        {subject === '' ? noSubject : subject}{' '}
        <span class="aside">
          {entry === null ? '' : `${displayText(entry.author, 120)}, `}
          {formatDateTime(message.sentAt)}
        </span>
      </span>
    </label>
  );
}

/** Throws ApiFailure where nobody is signed in any more, or the network is gone. */
async function keepAll(
  rows: readonly Choosable[],
  isWanted: () => boolean,
  onPacked: (count: number) => void,
): Promise<Result | null> {
  const files: PackedFile[] = [];
  const folders = new FreeNames();
  let failed = 0;
  for (const [position, { message }] of rows.entries()) {
    try {
      files.push(...(await keepOne(message, folders)));
    } catch (failure) {
      // Locked or over meanwhile, or damaged: the others are saved all the same.
      if (failure instanceof ApiFailure && [0, 401, 429].includes(failure.status)) throw failure;
      failed += 1;
    }
    if (!isWanted()) return null;
    onPacked(position + 1);
  }
  if (files.length === 0) return { name: null, failed };
  const name = `${severalTexts().fileName}.zip`;
  saveBlob([await zipOf(files)], name);
  return { name, failed };
}

async function keepOne({ id, sentAt }: ListedMessage, folders: FreeNames): Promise<PackedFile[]> {
  const { message } = await releaseMessage(id);
  try {
    await call('POST', `/api/messages/${encodeURIComponent(id)}/kept`, { what: 'several' });
    const { subject } = message.index.header;
    const { base } = safeName(`${sentAt.slice(0, 10)} ${subject.slice(0, 80)}.x`, '', texts().keep.fileName);
    const folder = folders.take({ base, extension: '' });
    return (await filesOf(message)).map(({ name, octets }) => ({ name: `${folder}/${name}`, octets }));
  } finally {
    message.close();
  }
}
