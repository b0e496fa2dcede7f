/**
 * The frame of the staff site: head, navigation of the one who is signed in, way out. Pages give their title and body
 * and know nothing of it.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { navigationFor } from './navigation.ts';
import { html, page, type SafeHtml } from './page.ts';

export type Language = 'en' | 'es';

const WORDS = {
  en: { navigation: 'Pages', signOut: 'Sign out', signedIn: 'Signed in' },
  es: { navigation: 'Páginas', signOut: 'Cerrar sesión', signedIn: 'Sesión iniciada' },
} as const;

export interface FramedPage {
  readonly title: string;
  readonly body: SafeHtml;
  /** One question or answer: everything in one narrow card. */
  readonly card?: boolean;
  readonly status?: number;
  /** Path of a script of ours that the page needs. */
  readonly script?: string | null;
}

export interface FrameOptions {
  /** The name of the site of whoever looks; without an address the organisation's. */
  readonly organization: (address?: string) => string;
  readonly language: () => Language;
}

/** Sends a page in the frame. Its forms may name our origin, which `no-referrer` would hide from our own check. */
export function showFramed(
  options: FrameOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  framed: FramedPage,
): FastifyReply {
  return reply
    .code(framed.status ?? 200)
    .type('text/html; charset=utf-8')
    .header('referrer-policy', 'same-origin')
    .send(
      page({
        title: framed.title,
        organization: options.organization(request.viewer?.addresses[0]?.address),
        body: framed.body,
        language: options.language(),
        card: framed.card ?? false,
        navigation: navigation(request, options.language()),
        script: framed.script ?? null,
      }),
    );
}

function navigation(request: FastifyRequest, language: Language): SafeHtml | null {
  const { viewer } = request;
  if (viewer === null) return null;
  const words = WORDS[language];
  const here = request.url.split('?')[0] ?? '';
  const entries = navigationFor({ viewer, isThisMachine: false, readsMetrics: false });
  const links = entries.map(({ path, name }) =>
    isHere(path, here)
      ? html`<li><a href="${path}" aria-current="page">${name[language]}</a></li>`
      : html`<li><a href="${path}">${name[language]}</a></li>`,
  );
  return html`<nav aria-label="${words.navigation}">
      <ul>
        ${links}
      </ul>
    </nav>
    <form class="out" method="post" action="/sign-out">
      <span class="who">${viewer.name ?? words.signedIn}</span>
      <button class="second small">${words.signOut}</button>
    </form>`;
}

function isHere(path: string, here: string): boolean {
  return path === '/' ? here === '/' : here === path || here.startsWith(`${path}/`);
}
