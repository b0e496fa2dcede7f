/** `/`: what the viewer can do here; without a sign-in, how to sign in and where the help pages are. */
import type { FastifyRequest } from 'fastify';

import type { StaffRole } from '#src/staff/roles.ts';

import type { FramedPage, Language } from './frame.ts';
import { html, type SafeHtml } from './page.ts';
import { ROLE_NAMES } from './role-names.ts';

const WORDS = {
  en: {
    title: 'Staff pages',
    signIn: 'Sign in',
    signInText: 'For your messages and your account.',
    noSignIn: 'Signing in here needs an https address. Ask who runs Send Secure.',
    captured: 'Captured mail',
    capturedText: 'What would have been sent. For trying out, on this machine only.',
    send: 'How to send',
    sendText: 'The page for everybody who sends.',
    help: 'Help pages',
    helpText: 'For senders, recipients and the help desk.',
    metrics: 'Metrics',
    metricsText: 'Numbers for monitoring, in Prometheus’ format.',
    messages: 'My messages',
    messagesText: 'What became of each message, and what you can still do.',
    account: 'My account',
    accountText: 'Your addresses, your passkeys, where you are signed in.',
    dormant: (roles: string) =>
      `You also have the role ${roles}. It counts only when you sign in with a passkey or with a second factor.`,
    yourRoles: 'You are signed in as',
    and: 'and',
  },
  es: {
    title: 'Páginas del personal',
    signIn: 'Iniciar sesión',
    signInText: 'Para sus mensajes y su cuenta.',
    noSignIn:
      'Para iniciar sesión aquí hace falta una dirección https. Pregunte a quien gestiona Send Secure.',
    captured: 'Correo capturado',
    capturedText: 'Lo que se habría enviado. Para probar, solo en este equipo.',
    send: 'Cómo enviar',
    sendText: 'La página para quien envía.',
    help: 'Páginas de ayuda',
    helpText: 'Para remitentes, destinatarios y el servicio de ayuda.',
    metrics: 'Métricas',
    metricsText: 'Números para la supervisión, en formato de Prometheus.',
    messages: 'Mis mensajes',
    messagesText: 'Qué ocurrió con cada mensaje y qué puede hacer todavía.',
    account: 'Mi cuenta',
    accountText: 'Sus direcciones, sus llaves de acceso y dónde tiene la sesión abierta.',
    dormant: (roles: string) =>
      `También tiene la función de ${roles}. Solo cuenta si inicia sesión con una llave de acceso o con un segundo factor.`,
    yourRoles: 'Ha iniciado sesión como',
    and: 'y',
  },
} as const;

export interface StartPageOptions {
  readonly language: Language;
  readonly publicUrl: string;
  readonly showsCaptured: boolean;
  readonly showsMetrics: boolean;
  readonly canSignIn: boolean;
}

export function startPage({ viewer }: FastifyRequest, options: StartPageOptions): FramedPage {
  const words = WORDS[options.language];
  const items: SafeHtml[] = [];
  const add = (href: string, name: string, text: string) =>
    items.push(html`<li><a href="${href}">${name}</a> <span>${text}</span></li>`);
  if (viewer !== null) {
    add('/messages', words.messages, words.messagesText);
    add('/account', words.account, words.accountText);
  }
  if (viewer === null && options.canSignIn) add('/sign-in', words.signIn, words.signInText);
  if (options.showsCaptured) add('/captured', words.captured, words.capturedText);
  add(`${options.publicUrl}/help/send`, words.send, words.sendText);
  add(`${options.publicUrl}/help`, words.help, words.helpText);
  if (options.showsMetrics) add('/metrics', words.metrics, words.metricsText);
  const names = (roles: readonly StaffRole[]): string =>
    listed(
      roles.map((role) => ROLE_NAMES[options.language][role]),
      words.and,
    );
  const who =
    viewer === null
      ? options.canSignIn
        ? html``
        : html`<p class="note">${words.noSignIn}</p>`
      : html`<p class="quiet">${words.yourRoles} ${names([...viewer.roles])}.</p>
          ${viewer.dormantRoles.length === 0 ? html`` : html`<p class="note">${words.dormant(names(viewer.dormantRoles))}</p>`}`;
  return {
    title: words.title,
    body: html`${who}
      <ul class="links card">
        ${items}
      </ul>`,
  };
}

function listed(names: readonly string[], and: string): string {
  return names.length < 2
    ? (names[0] ?? '')
    : `${names.slice(0, -1).join(', ')} ${and} ${names.at(-1) ?? ''}`;
}
