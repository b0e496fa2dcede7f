/** Why a mail was treated as it was, in one plain sentence for its author. The rule names are stable; words may change. */
import type { NearMiss, ProtectReason } from './facts.ts';

export type ExplainLocale = 'en' | 'es';

type Sentence = Readonly<Record<ExplainLocale, string>>;

/** The name of every rule; `header-rule` is followed by `:` and the name that the configuration gives it. */
export type RuleName =
  | 'internal-domain'
  | 'own-mail'
  | 'encrypted-by-author'
  | 'partner-domain'
  | 'code'
  | 'header-switch'
  | 'secured-thread'
  | 'header-rule'
  | 'all-external'
  | 'near-miss'
  | 'ordinary'
  /** Followed by `:` and the rule that would have decided. */
  | 'observed';

const REASONS: Readonly<Record<ProtectReason, Sentence>> = {
  code: {
    en: 'The subject contains the words “send secure”.',
    es: 'El asunto contiene las palabras «send secure».',
  },
  'further-code': {
    en: 'The subject contains a code of your organisation that asks for protection.',
    es: 'El asunto contiene un código de su organización que pide protección.',
  },
  'header-switch': {
    en: 'The mail program marked it to be encrypted.',
    es: 'El programa de correo lo marcó para que se cifrara.',
  },
  'secured-thread': {
    en: 'It answers a message that was sent secured, so the answer is secured too.',
    es: 'Responde a un mensaje que se envió protegido, por lo que la respuesta también se protege.',
  },
  'header-rule': {
    en: 'Its sensitivity label or another mark on it requires protection under your organisation’s rules.',
    es: 'Su etiqueta de confidencialidad u otra marca exige protección según las reglas de su organización.',
  },
  'all-external': {
    en: 'Your organisation protects all mail to outside addresses.',
    es: 'Su organización protege todo el correo dirigido a direcciones externas.',
  },
  'partner-domain': {
    en: 'The recipient’s domain is one of your organisation’s partners, and mail to partners is always protected.',
    es: 'El dominio del destinatario es de una organización asociada, y el correo a estas siempre se protege.',
  },
  'near-miss': {
    en: 'The mail looked as if “send secure” was meant, so it was secured to be on the safe side.',
    es: 'Parecía que se quería escribir «send secure», así que el correo se protegió por precaución.',
  },
  'near-miss-machine': {
    en: 'The mail looked as if “send secure” was meant and came from a system that cannot be asked, so it was secured.',
    es: 'Parecía que se quería escribir «send secure» y el correo venía de un sistema al que no se puede preguntar, así que se protegió.',
  },
};

const RULES: Readonly<Record<RuleName, Sentence>> = {
  'internal-domain': {
    en: 'The recipient belongs to your organisation, so the mail stays inside.',
    es: 'El destinatario pertenece a su organización, así que el correo no sale de ella.',
  },
  'own-mail': {
    en: 'This mail was already sent by the gateway and came back to it.',
    es: 'La pasarela ya había enviado este correo y le ha sido devuelto.',
  },
  'encrypted-by-author': {
    en: 'The author encrypted it already, so it was passed on unchanged.',
    es: 'El autor ya lo había cifrado, así que se transmitió sin cambios.',
  },
  'partner-domain': REASONS['partner-domain'],
  code: REASONS.code,
  'header-switch': REASONS['header-switch'],
  'secured-thread': REASONS['secured-thread'],
  'header-rule': REASONS['header-rule'],
  'all-external': REASONS['all-external'],
  'near-miss': {
    en: 'The mail looks as if “send secure” was meant, so it waits for its author’s answer.',
    es: 'Parece que se quería escribir «send secure», así que el correo espera la respuesta de su autor.',
  },
  ordinary: {
    en: 'Nothing asked for protection, so it was sent as ordinary mail.',
    es: 'Nada pedía protección, así que se envió como correo normal.',
  },
  observed: {
    en: 'The gateway only observes this author’s mail, so it was passed on unchanged and unprotected.',
    es: 'La pasarela solo observa el correo de este autor, así que se transmitió sin cambios ni protección.',
  },
};

const NEAR_MISSES: Readonly<Record<NearMiss['kind'], Sentence>> = {
  misspelled: {
    en: 'The subject has what looks like a typing slip in “send secure”.',
    es: 'El asunto tiene lo que parece una errata en «send secure».',
  },
  joined: {
    en: 'The subject has “send secure” with other letters joined to it.',
    es: 'El asunto tiene «send secure» unido a otras letras.',
  },
  'words-between': {
    en: 'The subject has “send” and “secure” with other words between them.',
    es: 'El asunto tiene «send» y «secure» con otras palabras entre ambas.',
  },
  reversed: {
    en: 'The subject has the two words the wrong way round: “secure send”.',
    es: 'El asunto tiene las dos palabras en orden inverso: «secure send».',
  },
  punctuated: {
    en: 'The subject has a sign between “send” and “secure”; only spaces may stand there.',
    es: 'El asunto tiene un signo entre «send» y «secure»; solo puede haber espacios.',
  },
  'look-alike': {
    en: 'The subject has letters that only look like those of “send secure”.',
    es: 'El asunto tiene letras que solo se parecen a las de «send secure».',
  },
  'vendor-tag': {
    en: 'The subject has a mark that tells other mail systems to encrypt, but not this one.',
    es: 'El asunto tiene una marca que pide cifrar a otros sistemas de correo, pero no a este.',
  },
  'code-in-body': {
    en: 'The words “send secure” stand in the text; they count only in the subject.',
    es: 'Las palabras «send secure» están en el texto; solo cuentan en el asunto.',
  },
  'further-code': {
    en: 'The mail has what looks like a code of your organisation for protected mail, but not quite.',
    es: 'El correo tiene algo que parece un código de su organización para proteger el correo, pero no exacto.',
  },
};

/** Why the mail was protected. */
export function explainReason(reason: ProtectReason, locale: ExplainLocale): string {
  return REASONS[reason][locale];
}

/** What a rule means; takes the stored name of a decision's rule. Null for a name that no rule has. */
export function explainRule(rule: string, locale: ExplainLocale): string | null {
  const name = ['header-rule', 'observed'].find((prefix) => rule.startsWith(`${prefix}:`)) ?? rule;
  return isRuleName(name) ? RULES[name][locale] : null;
}

/** What about the mail looks like the code; never quotes the subject. */
export function explainNearMiss(kind: NearMiss['kind'], locale: ExplainLocale): string {
  return NEAR_MISSES[kind][locale];
}

function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(RULES, name);
}
