/**
 * The one script of the staff pages: signs in with a passkey, and registers one. Forms carry `data-passkey`; they are
 * hidden until this script runs where the browser has passkeys. Words come from the page.
 */
import {
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';

async function post(path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Resolves with the path to go on to. */
async function run(form: HTMLFormElement): Promise<string> {
  const kind = form.dataset['passkey'];
  if (kind === 'sign-in') {
    const optionsJSON = (await post('/sign-in/passkey/options', {})) as PublicKeyCredentialRequestOptionsJSON;
    const response = await startAuthentication({ optionsJSON });
    return pathOf(await post('/sign-in/passkey', { response, to: form.dataset['to'] }));
  }
  const base = kind === 'invite' ? location.pathname : '/account/passkeys';
  const optionsJSON = (await post(`${base}/options`, {})) as PublicKeyCredentialCreationOptionsJSON;
  const response = await startRegistration({ optionsJSON });
  const label = new FormData(form).get('label');
  return pathOf(await post(base, { response, ...(typeof label === 'string' && { label }) }));
}

function pathOf(answer: unknown): string {
  const to = typeof answer === 'object' && answer !== null && 'to' in answer ? answer.to : null;
  return typeof to === 'string' && to.startsWith('/') ? to : '/';
}

function listen(form: HTMLFormElement): void {
  const button = form.querySelector('button');
  const note = form.querySelector<HTMLElement>('[role=alert]');
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button === null || note === null) return;
    button.disabled = true;
    note.hidden = true;
    run(form)
      .then((path) => location.assign(path))
      .catch(() => {
        note.textContent = form.dataset['failed'] ?? '';
        note.hidden = false;
        button.disabled = false;
        button.focus();
      });
  });
}

if (browserSupportsWebAuthn()) {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) listen(form);
}
