/**
 * The script of the administration pages, which do without it: follows work that takes a while, and reads a chosen file
 * into a field of text, so that it is sent like anything typed; copies what stands in fields.
 */
const EVERY_MS = 1_000;

interface Progress {
  readonly state: string;
  readonly done: number;
  readonly total: number | null;
}

async function follow(place: HTMLElement, path: string): Promise<void> {
  const answer = await fetch(path, { headers: { accept: 'application/json' } });
  const progress = (await answer.json()) as Progress;
  if (!answer.ok || progress.state !== 'running') return location.reload();
  const bar = place.querySelector('progress');
  const text = place.querySelector('[role="status"]');
  if (bar !== null) bar.value = progress.done;
  // The words of the page stay; only the first number goes on.
  if (text !== null) text.textContent = (text.textContent ?? '').replace(/^\d+/, String(progress.done));
  setTimeout(() => followAgain(place, path), EVERY_MS);
}

/** A lost connection is tried again; the link on the page is there all the same. */
function followAgain(place: HTMLElement, path: string): void {
  follow(place, path).catch(() => setTimeout(() => followAgain(place, path), 5 * EVERY_MS));
}

const followed = document.querySelector<HTMLElement>('[data-follow]');
const path = followed?.dataset['follow'];
if (followed !== null && path !== undefined) setTimeout(() => followAgain(followed, path), EVERY_MS);

const chooser = document.querySelector<HTMLElement>('[data-file-for]');
if (chooser !== null) {
  const target = document.getElementById(chooser.dataset['fileFor'] ?? '');
  const input = chooser.querySelector('input');
  chooser.hidden = false;
  input?.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file === undefined || !(target instanceof HTMLTextAreaElement)) return;
    void file.text().then((text) => {
      target.value = text;
    });
  });
}

for (const button of document.querySelectorAll<HTMLElement>('[data-copy]')) {
  if (navigator.clipboard === undefined) break;
  button.hidden = false;
  button.addEventListener('click', () => {
    const fields = (button.dataset['copy'] ?? '').split(' ').map((id) => document.getElementById(id));
    const texts = fields.map((field) =>
      field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : '',
    );
    void navigator.clipboard.writeText(texts.join('\n\n')).then(() => {
      const said = button.parentElement?.querySelector<HTMLElement>('[role="status"]');
      if (said != null) said.textContent = said.dataset['said'] ?? '';
    });
  });
}
