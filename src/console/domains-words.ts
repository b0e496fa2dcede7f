/** The words of the partner pages, English and Spanish. */
import type { HistoryLine } from '#src/partners/overview.ts';

export interface DomainsWords {
  readonly title: string;
  readonly lead: string;
  readonly search: string;
  readonly searchButton: string;
  readonly tryLink: string;
  readonly attention: string;
  readonly columns: {
    readonly domain: string;
    readonly channel: string;
    readonly verified: string;
    readonly certificate: string;
    readonly agreement: string;
  };
  readonly outcome: Readonly<
    Record<'verified' | 'not-verified' | 'unreachable' | 'never' | 'refused', string>
  >;
  readonly tls: Readonly<Record<'pkix' | 'dane' | 'mta-sts', string>>;
  readonly source: Readonly<Record<'file' | 'managed' | 'refused', string>>;
  readonly agreement: Readonly<Record<'none' | 'signed' | 'expired', string>>;
  readonly until: (day: string) => string;
  readonly warning: Readonly<Record<string, string>>;
  /** Technical words of probes; what is not here is shown as it is. */
  readonly how: Readonly<Record<string, string>>;
  readonly emptyTitle: string;
  readonly empty: string;
  readonly noneFound: (typed: string) => string;
  readonly showAll: string;
  readonly page: (page: number, pages: number) => string;
  readonly previous: string;
  readonly next: string;
  readonly suggestTitle: string;
  readonly suggest: string;
  readonly suggestNone: string;
  readonly mails: (count: number) => string;
  readonly back: string;
  readonly facts: {
    readonly mustProve: string;
    readonly server: string;
    readonly ownServers: string;
    readonly source: string;
    readonly looked: string;
    readonly why: string;
    readonly verified: string;
    readonly certificate: string;
    readonly policy: string;
    readonly inbound: string;
    readonly agreement: string;
    readonly signed: string;
    readonly kept: string;
  };
  readonly never: string;
  readonly noDateCounts: string;
  readonly inboundNone: string;
  readonly serversTitle: string;
  readonly letterTitle: string;
  readonly letterLead: (to: string) => string;
  readonly historyTitle: string;
  readonly noHistory: string;
  readonly event: (line: HistoryLine) => string;
  readonly tryTitle: string;
  readonly tryLead: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly tryButton: string;
  readonly answer: {
    readonly happens: string;
    readonly why: string;
    readonly rule: string;
    readonly route: string;
    readonly state: string;
  };
  readonly tryLimits: string;
}

function word(facts: HistoryLine['facts'], name: string): string {
  const value = facts[name];
  return value === null || value === undefined ? '' : String(value);
}

const EN: DomainsWords = {
  title: 'Partners',
  lead: 'Domains whose mail goes over a channel that is verified each time. Where it can’t be verified, mail becomes a secure message.',
  search: 'Search for a domain',
  searchButton: 'Search',
  tryLink: 'What would happen to a message?',
  attention: 'Needs attention',
  columns: {
    domain: 'Domain',
    channel: 'Channel',
    verified: 'Last verified',
    certificate: 'Certificate until',
    agreement: 'Agreement (BAA)',
  },
  outcome: {
    verified: 'Verified',
    'not-verified': 'Not verified',
    unreachable: 'Not reached',
    never: 'Not checked yet',
    refused: 'Not believed',
  },
  tls: {
    pkix: 'certificate of a public authority',
    dane: 'key in the signed DNS (DANE)',
    'mta-sts': 'published policy (MTA-STS)',
  },
  source: {
    file: 'configuration file',
    managed: 'managed list',
    refused:
      'changed in the database by somebody else; say what holds with “sendsecure partners add” or “remove”',
  },
  agreement: { none: 'none', signed: 'signed', expired: 'expired' },
  until: (day) => `until ${day}`,
  warning: {
    'route-broken': 'The channel can’t be verified any more.',
    'server-not-verified': 'One of several servers can’t be verified.',
    'certificate-expires': 'The certificate ends soon.',
    'policy-not-confirmed': 'The published policy can’t be read any more.',
    'agreement-ends': 'The agreement ends.',
  },
  how: {},
  emptyTitle: 'No partners yet',
  empty:
    'Add one on the host: “sendsecure partners add partner.example”, or bring a list: “sendsecure partners import FILE”.',
  noneFound: (typed) => `No partner has “${typed}” in its domain.`,
  showAll: 'Show all partners',
  page: (page, pages) => `Page ${page} of ${pages}`,
  previous: 'Previous',
  next: 'Next',
  suggestTitle: 'Could be partners',
  suggest: 'Much of your mail of the last 30 days went there, and their servers can prove who they are.',
  suggestNone: 'None of the domains that most of your mail goes to can prove who they are.',
  mails: (count) => (count === 1 ? '1 mail' : `${count} mails`),
  back: 'All partners',
  facts: {
    mustProve: 'Must prove',
    server: 'Server',
    ownServers: 'the domain’s own mail servers',
    source: 'Comes from',
    looked: 'Last check',
    why: 'What was wrong',
    verified: 'Last verified delivery',
    certificate: 'Certificate',
    policy: 'Policy (MTA-STS)',
    inbound: 'Last mail that came back',
    agreement: 'Agreement (BAA)',
    signed: 'Signed',
    kept: 'Kept at',
  },
  never: 'none yet',
  noDateCounts: 'no date counts: the key itself is pinned',
  inboundNone: 'unencrypted',
  serversTitle: 'Servers',
  letterTitle: 'A text for their postmaster',
  letterLead: (to) => `To ${to}:`,
  historyTitle: 'History',
  noHistory: 'Nothing yet.',
  event: ({ kind, facts }) => {
    switch (kind) {
      case 'probe':
        return `Checked: ${EN.outcome[word(facts, 'outcome') as 'verified'] ?? ''}${detail(word(facts, 'how') || word(facts, 'why'))}`;
      case 'saved':
        return `Saved by ${word(facts, 'by')}: ${EN.tls[word(facts, 'tls') as 'pkix'] ?? ''}${detail(word(facts, 'nextHop'))}`;
      case 'removed':
        return `Removed by ${word(facts, 'by')}`;
      case 'agreement':
        return `Agreement noted by ${word(facts, 'by')}: ${EN.agreement[word(facts, 'status') as 'none'] ?? ''}${detail(word(facts, 'expiresOn'))}`;
      case 'warning':
        return `Warning: ${EN.warning[word(facts, 'kind')] ?? word(facts, 'kind')}`;
      case 'warning-over':
        return `Over: ${EN.warning[word(facts, 'kind')] ?? word(facts, 'kind')}`;
      default:
        return kind;
    }
  },
  tryTitle: 'What would happen to this message?',
  tryLead:
    'Nothing is sent, and no server is asked: the answer is what the rules say with what is known now.',
  from: 'From',
  to: 'To',
  subject: 'Subject',
  tryButton: 'Tell me',
  answer: { happens: 'What happens', why: 'Why', rule: 'Rule', route: 'Way', state: 'Channel' },
  tryLimits:
    'For a small text message that a person writes. Attachments, labels, and answers in a protected thread can change it.',
};

const ES: DomainsWords = {
  title: 'Asociados',
  lead: 'Dominios cuyo correo va por un canal que se verifica cada vez. Si no se puede verificar, el correo se convierte en mensaje seguro.',
  search: 'Buscar un dominio',
  searchButton: 'Buscar',
  tryLink: '¿Qué pasaría con un mensaje?',
  attention: 'Requiere atención',
  columns: {
    domain: 'Dominio',
    channel: 'Canal',
    verified: 'Última verificación',
    certificate: 'Certificado hasta',
    agreement: 'Acuerdo (BAA)',
  },
  outcome: {
    verified: 'Verificado',
    'not-verified': 'No verificado',
    unreachable: 'Sin conexión',
    never: 'Sin comprobar',
    refused: 'Sin crédito',
  },
  tls: {
    pkix: 'certificado de una autoridad pública',
    dane: 'clave en el DNS firmado (DANE)',
    'mta-sts': 'política publicada (MTA-STS)',
  },
  source: {
    file: 'archivo de configuración',
    managed: 'lista administrada',
    refused:
      'cambiado en la base de datos por otra persona; diga qué vale con «sendsecure partners add» o «remove»',
  },
  agreement: { none: 'ninguno', signed: 'firmado', expired: 'vencido' },
  until: (day) => `hasta ${day}`,
  warning: {
    'route-broken': 'El canal ya no se puede verificar.',
    'server-not-verified': 'Uno de varios servidores no se puede verificar.',
    'certificate-expires': 'El certificado caduca pronto.',
    'policy-not-confirmed': 'La política publicada ya no se puede leer.',
    'agreement-ends': 'El acuerdo termina.',
  },
  how: {
    'named by the operator': 'nombre fijado por el administrador',
    'name proven by DNSSEC': 'nombre demostrado por DNSSEC',
    'name proven by MTA-STS': 'nombre demostrado por MTA-STS',
    'name from unprotected DNS: must prove the domain itself':
      'nombre de un DNS sin protección: debe demostrar el dominio mismo',
  },
  emptyTitle: 'Todavía no hay asociados',
  empty:
    'Añada uno en el servidor: «sendsecure partners add partner.example», o traiga una lista: «sendsecure partners import ARCHIVO».',
  noneFound: (typed) => `Ningún asociado tiene «${typed}» en su dominio.`,
  showAll: 'Mostrar todos los asociados',
  page: (page, pages) => `Página ${page} de ${pages}`,
  previous: 'Anterior',
  next: 'Siguiente',
  suggestTitle: 'Podrían ser asociados',
  suggest:
    'Mucho de su correo de los últimos 30 días fue allí, y sus servidores pueden demostrar quiénes son.',
  suggestNone: 'Ninguno de los dominios a los que va más correo suyo puede demostrar quién es.',
  mails: (count) => (count === 1 ? '1 correo' : `${count} correos`),
  back: 'Todos los asociados',
  facts: {
    mustProve: 'Debe demostrar',
    server: 'Servidor',
    ownServers: 'los servidores de correo del dominio',
    source: 'Procede de',
    looked: 'Última comprobación',
    why: 'Qué falló',
    verified: 'Última entrega verificada',
    certificate: 'Certificado',
    policy: 'Política (MTA-STS)',
    inbound: 'Último correo devuelto',
    agreement: 'Acuerdo (BAA)',
    signed: 'Firmado',
    kept: 'Guardado en',
  },
  never: 'ninguna todavía',
  noDateCounts: 'ninguna fecha cuenta: la clave misma está fijada',
  inboundNone: 'sin cifrar',
  serversTitle: 'Servidores',
  letterTitle: 'Un texto para su postmaster',
  letterLead: (to) => `A ${to}:`,
  historyTitle: 'Historial',
  noHistory: 'Nada todavía.',
  event: ({ kind, facts }) => {
    switch (kind) {
      case 'probe': {
        const how = word(facts, 'how');
        return `Comprobado: ${ES.outcome[word(facts, 'outcome') as 'verified'] ?? ''}${detail((ES.how[how] ?? how) || word(facts, 'why'))}`;
      }
      case 'saved':
        return `Guardado por ${word(facts, 'by')}: ${ES.tls[word(facts, 'tls') as 'pkix'] ?? ''}${detail(word(facts, 'nextHop'))}`;
      case 'removed':
        return `Quitado por ${word(facts, 'by')}`;
      case 'agreement':
        return `Acuerdo anotado por ${word(facts, 'by')}: ${ES.agreement[word(facts, 'status') as 'none'] ?? ''}${detail(word(facts, 'expiresOn'))}`;
      case 'warning':
        return `Aviso: ${ES.warning[word(facts, 'kind')] ?? word(facts, 'kind')}`;
      case 'warning-over':
        return `Resuelto: ${ES.warning[word(facts, 'kind')] ?? word(facts, 'kind')}`;
      default:
        return kind;
    }
  },
  tryTitle: '¿Qué pasaría con este mensaje?',
  tryLead:
    'No se envía nada ni se pregunta a ningún servidor: la respuesta es lo que dicen las reglas con lo que se sabe ahora.',
  from: 'De',
  to: 'Para',
  subject: 'Asunto',
  tryButton: 'Decírmelo',
  answer: { happens: 'Qué pasa', why: 'Por qué', rule: 'Regla', route: 'Camino', state: 'Canal' },
  tryLimits:
    'Para un mensaje de texto pequeño que escribe una persona. Los adjuntos, las etiquetas y las respuestas en un hilo protegido pueden cambiarlo.',
};

function detail(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

export const DOMAINS_WORDS: Readonly<Record<'en' | 'es', DomainsWords>> = { en: EN, es: ES };
