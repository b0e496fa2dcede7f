/** The words of the pages that change partners. */
import type { PartnerFormProblem } from '#src/administration/read-partner-form.ts';

import type { Language } from '../frame.ts';

const EN = {
  add: 'Add a partner',
  import: 'Import a list',
  probeAll: 'Check all now',
  probe: 'Check its servers now',
  edit: 'Change',
  back: 'All partners',
  addTitle: 'Add a partner',
  editTitle: (domain: string) => `Change ${domain}`,
  domain: 'Domain',
  domainHint: 'What stands behind the @, such as clinic.example. Domains below it are not included.',
  tls: 'How its servers prove who they are',
  tlsChoice: {
    dane: 'DANE: a key in signed DNS, the strongest',
    'mta-sts': 'MTA-STS: a published policy',
    pkix: 'A certificate of a public authority',
  },
  nextHop: 'Its server, if mail does not go to its own mail servers',
  nextHopHint: 'Such as mx.clinic.example:25. Leave it empty in most cases.',
  agreement: 'Agreement (BAA)',
  signedOn: 'Signed on',
  expiresOn: 'Ends on',
  keptAt: 'Where the document is kept',
  contact: 'Whom to ask there',
  reason: 'Why is this wanted?',
  reasonHint: 'For the second person, and kept in the audit log. Needed where the change lowers protection.',
  save: 'Save',
  ask: 'Ask a second person',
  secondPerson: 'This needs a second person',
  secondPersonLead:
    'It lowers protection, so it takes effect only when another administrator or security officer approves it.',
  twoPeople:
    'What lowers protection waits until a second administrator or security officer approves it. What raises it holds at once. Whoever runs the host can change partners alone, with “sendsecure partners”; that stands in the history as well.',
  inFile: (domain: string) =>
    `${domain} stands in the configuration file, which wins: its channel is changed there. Only the agreement can be noted here.`,
  remove: 'Remove this partner',
  removeText: 'Its mail is then protected like that of any other domain.',
  removeButton: 'Remove',
  problem: {
    domain: 'Write a domain, such as clinic.example.',
    nextHop: 'Write the server like mx.clinic.example:25.',
    signedOn: 'Write the day like 2026-12-31.',
    expiresOn: 'Write the day like 2026-12-31.',
    order: 'The agreement ends before it was signed.',
  } satisfies Record<PartnerFormProblem, string>,
  exists: (domain: string) => `${domain} is a partner already. Change it on its page.`,
  internal: (domain: string) => `${domain} is a domain of your own.`,
  saved: 'Saved. It holds from now on.',
  changed: 'Nothing was done: something had changed in the meantime. This is how it is now.',
  busy: 'Nothing was begun: other checks are under way. Try again in a minute.',
  importTitle: 'Import a list of partners',
  importLead:
    'Nothing is saved yet: first every domain is looked at, and you see what would be saved. No mail is sent.',
  importText: 'The list',
  importHint:
    'Lines of domain,tls,nextHop,baaSigned,baaExpires with a first line of these names; only the domain is needed. Or the destination controls that a Cisco mail appliance exports.',
  importFile: 'Choose a file',
  importButton: 'Look at the domains',
  importProblems: 'The list can’t be used yet',
  line: (line: number) => `Line ${line}`,
  importEmpty: 'There is no domain in the list.',
  importTooMany: (most: number) => `A list has at most ${most} domains.`,
  progressTitle: 'Looking at servers',
  progress: (done: number, total: number) => `${done} of ${total}`,
  progressLead:
    'A server that does not answer takes half a minute. You may leave this page and come back to it.',
  again: 'Look again',
  failedTitle: 'The check has failed',
  failed: 'Nothing was changed. The log of the gateway says why.',
  previewTitle: 'What would be saved',
  previewLead: (verified: number, all: number) => `${verified} of ${all} domains prove today who they are.`,
  all: 'Save the others as well: their mail waits for a channel, and then goes as secure messages, never less',
  columns: { domain: 'Domain', today: 'Today', how: 'How', saved: 'Would be' },
  outcome: {
    verified: 'Verified',
    'not-verified': 'Not verified',
    unreachable: 'Not reached',
    'in-file': 'In the file',
  },
  willBe: {
    new: 'a new partner',
    changed: 'changed',
    same: 'as it is',
    'in-file': 'left to the file',
    not: 'not saved',
  },
  importAsk: 'Ask a second person to approve it',
  importNothing: 'There is nothing to save: every domain that verifies is a partner already.',
  leftOut: 'Left out',
  gone: 'This is no longer here. Begin again.',
} as const;

type Texts<T> = {
  readonly [Key in keyof T]: T[Key] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : T[Key] extends string
      ? string
      : Texts<T[Key]>;
};
export type PartnerWords = Texts<typeof EN>;

const ES: PartnerWords = {
  add: 'Añadir un asociado',
  import: 'Importar una lista',
  probeAll: 'Comprobar todos ahora',
  probe: 'Comprobar ahora sus servidores',
  edit: 'Cambiar',
  back: 'Todos los asociados',
  addTitle: 'Añadir un asociado',
  editTitle: (domain) => `Cambiar ${domain}`,
  domain: 'Dominio',
  domainHint: 'Lo que va detrás de la @, como clinica.example. No incluye los dominios por debajo.',
  tls: 'Cómo demuestran sus servidores quiénes son',
  tlsChoice: {
    dane: 'DANE: una clave en DNS firmado, lo más fuerte',
    'mta-sts': 'MTA-STS: una política publicada',
    pkix: 'Un certificado de una autoridad pública',
  },
  nextHop: 'Su servidor, si el correo no va a sus propios servidores',
  nextHopHint: 'Como mx.clinica.example:25. Casi siempre se deja vacío.',
  agreement: 'Acuerdo (BAA)',
  signedOn: 'Firmado el',
  expiresOn: 'Termina el',
  keptAt: 'Dónde se guarda el documento',
  contact: 'A quién preguntar allí',
  reason: '¿Por qué hace falta?',
  reasonHint:
    'Para la segunda persona; queda en el registro. Hace falta cuando el cambio reduce la protección.',
  save: 'Guardar',
  ask: 'Pedírselo a una segunda persona',
  secondPerson: 'Hace falta una segunda persona',
  secondPersonLead:
    'Reduce la protección: solo vale cuando lo apruebe otra persona con función de administrador o responsable de seguridad.',
  twoPeople:
    'Lo que reduce la protección espera hasta que lo apruebe una segunda persona con función de administrador o responsable de seguridad. Lo que la aumenta vale enseguida. Quien gestiona el equipo puede cambiar asociados a solas con «sendsecure partners»; también queda en el historial.',
  inFile: (domain) =>
    `${domain} está en el archivo de configuración, que manda: su canal se cambia allí. Aquí solo se puede anotar el acuerdo.`,
  remove: 'Quitar este asociado',
  removeText: 'Su correo se protege entonces como el de cualquier otro dominio.',
  removeButton: 'Quitar',
  problem: {
    domain: 'Escriba un dominio, como clinica.example.',
    nextHop: 'Escriba el servidor como mx.clinica.example:25.',
    signedOn: 'Escriba el día como 2026-12-31.',
    expiresOn: 'Escriba el día como 2026-12-31.',
    order: 'El acuerdo termina antes de la firma.',
  },
  exists: (domain) => `${domain} ya es un asociado. Cámbielo en su página.`,
  internal: (domain) => `${domain} es un dominio de su propia organización.`,
  saved: 'Guardado. Vale desde ahora.',
  changed: 'No se hizo nada: algo había cambiado entretanto. Así está ahora.',
  busy: 'No se empezó nada: hay otras comprobaciones en curso. Inténtelo dentro de un minuto.',
  importTitle: 'Importar una lista de asociados',
  importLead:
    'Todavía no se guarda nada: primero se mira cada dominio y usted ve qué se guardaría. No se envía ningún correo.',
  importText: 'La lista',
  importHint:
    'Líneas de domain,tls,nextHop,baaSigned,baaExpires con una primera línea de esos nombres; solo hace falta el dominio. O los controles de destino que exporta un equipo de correo de Cisco.',
  importFile: 'Elegir un archivo',
  importButton: 'Mirar los dominios',
  importProblems: 'La lista todavía no sirve',
  line: (line) => `Línea ${line}`,
  importEmpty: 'En la lista no hay ningún dominio.',
  importTooMany: (most) => `Una lista tiene como mucho ${most} dominios.`,
  progressTitle: 'Mirando los servidores',
  progress: (done, total) => `${done} de ${total}`,
  progressLead: 'Un servidor que no responde tarda medio minuto. Puede salir de esta página y volver a ella.',
  again: 'Mirar otra vez',
  failedTitle: 'La comprobación falló',
  failed: 'No se cambió nada. El registro de la pasarela dice por qué.',
  previewTitle: 'Qué se guardaría',
  previewLead: (verified, all) => `${verified} de ${all} dominios demuestran hoy quiénes son.`,
  all: 'Guardar también los demás: su correo espera un canal y después va como mensaje seguro, nunca menos',
  columns: { domain: 'Dominio', today: 'Hoy', how: 'Cómo', saved: 'Quedaría' },
  outcome: {
    verified: 'Verificado',
    'not-verified': 'No verificado',
    unreachable: 'Sin conexión',
    'in-file': 'En el archivo',
  },
  willBe: {
    new: 'asociado nuevo',
    changed: 'cambiado',
    same: 'como está',
    'in-file': 'lo decide el archivo',
    not: 'sin guardar',
  },
  importAsk: 'Pedir a una segunda persona que lo apruebe',
  importNothing: 'No hay nada que guardar: cada dominio que se verifica ya es un asociado.',
  leftOut: 'Quedan fuera',
  gone: 'Esto ya no está aquí. Empiece otra vez.',
};

export const PARTNER_WORDS: Readonly<Record<Language, PartnerWords>> = { en: EN, es: ES };
