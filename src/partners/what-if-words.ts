/** What would happen to a message, in sentences for staff. */
import { explainNearMiss, explainRule } from '#src/policy/explain.ts';
import type { Decision } from '#src/policy/facts.ts';

import type { RouteName, WhatIf, WhatIfRoute } from './what-if.ts';

type Locale = 'en' | 'es';

export interface WhatIfWords {
  /** What happens, in one short sentence. */
  readonly decision: string;
  readonly why: string;
  /** Stable name of the rule; null where none was asked. */
  readonly rule: string | null;
  readonly route: string;
  /** What is known of the way; null where nothing depends on it. */
  readonly state: string | null;
}

interface Words {
  readonly invalid: Readonly<Record<'from' | 'to', string>>;
  readonly refusedAuthor: string;
  readonly decision: Readonly<Record<string, string>>;
  readonly observed: (would: string) => string;
  readonly nothing: string;
  readonly route: {
    readonly inside: (server: string) => string;
    readonly outside: (to: string) => string;
    readonly verified: (server: string | null, minutes: number) => string;
    readonly site: (to: string) => string;
    readonly waits: (minutes: number, unanswered: 'secure' | 'return') => string;
    readonly mx: string;
    readonly capture: string;
  };
  readonly state: {
    readonly verified: (day: string, how: string) => string;
    readonly notVerified: (day: string, why: string) => string;
    readonly unreachable: (day: string, why: string) => string;
    readonly never: string;
    readonly refused: string;
  };
}

const EN: Words = {
  invalid: { from: 'The sender is no mail address.', to: 'The recipient is no mail address.' },
  refusedAuthor: 'It would be refused: the sender is not at one of our domains.',
  decision: {
    internal: 'It is delivered inside, as it is.',
    'opportunistic-tls': 'It is sent as ordinary mail.',
    'encrypted-by-author': 'It is sent as its author encrypted it.',
    'verified-tls': 'It is sent as normal mail over a channel that is verified first.',
    'secure-message': 'It becomes a secure message: the recipient gets a notice and reads it on our site.',
    hold: 'It is held, and its author is asked.',
    return: 'It goes back to its author: it is too large to be protected.',
    refuse: 'It is refused.',
  },
  observed: (would) => `Mail of this author is only observed. Otherwise: ${would}`,
  nothing: 'Nothing is sent.',
  route: {
    inside: (server) => `To the mail server inside, ${server}.`,
    outside: (to) => `To ${to}, encrypted where that server offers it.`,
    verified: (server, minutes) =>
      `To ${server ?? 'the domain’s own mail servers'}, only when they have proven who they are. ` +
      `Where they can’t for ${minutes} minutes, it becomes a secure message.`,
    site: (to) => `The notice goes to ${to}; the message itself stays on our site.`,
    waits: (minutes, unanswered) =>
      unanswered === 'secure'
        ? `It waits ${minutes} minutes for an answer, then goes as a secure message.`
        : `It waits ${minutes} minutes for an answer, then goes back to its author.`,
    mx: 'the domain’s own mail servers',
    capture: 'nobody: outgoing mail is captured in this trial',
  },
  state: {
    verified: (day, how) => `Last looked at ${day}: verified (${how}).`,
    notVerified: (day, why) => `Last looked at ${day}: could not be verified (${why}).`,
    unreachable: (day, why) => `Last looked at ${day}: could not be reached (${why}).`,
    never: 'This channel has not been looked at yet.',
    refused: 'What the database says of this partner was changed by somebody else; it is not believed.',
  },
};

const ES: Words = {
  invalid: {
    from: 'El remitente no es una dirección de correo.',
    to: 'El destinatario no es una dirección de correo.',
  },
  refusedAuthor: 'Se rechazaría: el remitente no es de uno de nuestros dominios.',
  decision: {
    internal: 'Se entrega dentro, tal como es.',
    'opportunistic-tls': 'Se envía como correo normal.',
    'encrypted-by-author': 'Se envía tal como lo cifró su autor.',
    'verified-tls': 'Se envía como correo normal por un canal que antes se verifica.',
    'secure-message':
      'Se convierte en mensaje seguro: el destinatario recibe un aviso y lo lee en nuestro sitio.',
    hold: 'Se retiene, y se pregunta a su autor.',
    return: 'Vuelve a su autor: es demasiado grande para protegerlo.',
    refuse: 'Se rechaza.',
  },
  observed: (would) => `El correo de este autor solo se observa. De otro modo: ${would}`,
  nothing: 'No se envía nada.',
  route: {
    inside: (server) => `Al servidor de correo interno, ${server}.`,
    outside: (to) => `A ${to}, cifrado si ese servidor lo ofrece.`,
    verified: (server, minutes) =>
      `A ${server ?? 'los servidores de correo del dominio'}, solo cuando hayan demostrado quiénes son. ` +
      `Si no pueden durante ${minutes} minutos, se convierte en mensaje seguro.`,
    site: (to) => `El aviso va a ${to}; el mensaje mismo queda en nuestro sitio.`,
    waits: (minutes, unanswered) =>
      unanswered === 'secure'
        ? `Espera una respuesta ${minutes} minutos y después va como mensaje seguro.`
        : `Espera una respuesta ${minutes} minutos y después vuelve a su autor.`,
    mx: 'los servidores de correo del dominio',
    capture: 'nadie: en esta prueba el correo saliente se guarda',
  },
  state: {
    verified: (day, how) => `Última comprobación, ${day}: verificado (${how}).`,
    notVerified: (day, why) => `Última comprobación, ${day}: no se pudo verificar (${why}).`,
    unreachable: (day, why) => `Última comprobación, ${day}: no se pudo conectar (${why}).`,
    never: 'Este canal no se ha comprobado todavía.',
    refused: 'Alguien cambió en la base de datos lo que dice de este asociado; no se le da crédito.',
  },
};

const WORDS: Readonly<Record<Locale, Words>> = { en: EN, es: ES };

export function whatIfWords(answer: WhatIf, locale: Locale): WhatIfWords {
  const words = WORDS[locale];
  if (answer.kind !== 'decided') {
    const why = answer.kind === 'invalid' ? words.invalid[answer.field] : words.refusedAuthor;
    return { decision: why, why: '', rule: null, route: words.nothing, state: null };
  }
  const { decision, instead } = answer;
  const explained = instead ?? decision;
  const why = whyWords(explained, locale);
  return {
    decision: decisionWords(decision, words),
    why: instead === null ? why : words.observed(`${decisionWords(instead, words)} ${why}`),
    rule: decision.rule,
    route: routeWords(answer.route, words),
    state: stateWords(answer, words, locale),
  };
}

function decisionWords(decision: Decision, { decision: sentences }: Words): string {
  const name = 'protection' in decision ? decision.protection : decision.action;
  return sentences[name] ?? name;
}

function whyWords(decision: Decision, locale: Locale): string {
  if (decision.action === 'hold') return explainNearMiss(decision.nearMiss.kind, locale);
  return explainRule(decision.rule, locale) ?? '';
}

function routeWords(route: WhatIfRoute, words: Words): string {
  switch (route.kind) {
    case 'inside':
      return words.route.inside(route.server);
    case 'outside':
      return words.route.outside(routeName(route.to, words));
    case 'verified':
      return words.route.verified(route.server, route.fallbackMinutes);
    case 'site':
      return words.route.site(routeName(route.notice, words));
    case 'waits':
      return words.route.waits(route.minutes, route.unanswered);
    case 'nowhere':
      return words.nothing;
  }
}

function routeName(route: RouteName, words: Words): string {
  return route.kind === 'server' ? route.server : words.route[route.kind];
}

function stateWords(
  { decision, channel, entry }: WhatIf & { kind: 'decided' },
  { state }: Words,
  locale: Locale,
): string | null {
  if (entry?.source === 'refused') return state.refused;
  const depends = entry !== null || decision.rule === 'all-external';
  if (!depends) return null;
  if (channel.probedAt === null || channel.outcome === null) return state.never;
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const at = `${day.format(channel.probedAt)} UTC`;
  if (channel.outcome === 'verified') return state.verified(at, channel.how ?? '');
  const why = channel.why ?? '';
  return channel.outcome === 'not-verified' ? state.notVerified(at, why) : state.unreachable(at, why);
}
