/** The words of an author's own messages: the list, and one message. */
import type { MessageFilter } from '#src/desk/find-messages.ts';
import type { Fate } from '#src/desk/recipient-fate.ts';

import type { Language } from './frame.ts';

export interface MessagesWords {
  readonly title: string;
  readonly lead: string;
  readonly search: string;
  readonly searchHint: string;
  readonly searchButton: string;
  readonly show: string;
  readonly filter: Readonly<Record<MessageFilter, string>>;
  readonly columns: { readonly message: string; readonly sent: string; readonly recipients: string };
  readonly noSubject: string;
  readonly emptySubject: string;
  readonly more: (count: number) => string;
  readonly older: string;
  readonly newest: string;
  readonly pages: string;
  readonly emptyTitle: string;
  readonly empty: string;
  readonly noAddress: string;
  readonly addAddress: string;
  readonly noneFound: string;
  readonly stopped: string;
  readonly searchOn: string;
  readonly showAll: string;
  readonly back: string;
  readonly sent: (moment: string, author: string) => string;
  readonly recipientsPage: (page: number, pages: number) => string;
  readonly previous: string;
  readonly next: string;
  readonly fate: Readonly<Record<Fate, string>>;
  readonly fateText: Readonly<Record<Fate, string>>;
  readonly protection: Readonly<Record<string, string>>;
  readonly facts: {
    readonly protected: string;
    readonly notice: string;
    readonly handedOver: string;
    readonly connection: string;
    readonly opened: string;
    readonly kept: string;
    readonly readBy: string;
    readonly replies: string;
    readonly reminded: string;
    readonly until: string;
    readonly ended: string;
    readonly locked: string;
    readonly answer: string;
  };
  readonly noReplies: string;
  readonly captured: string;
  readonly clear: string;
  readonly tls: (version: string) => string;
  readonly unverified: string;
  readonly verifiedBy: Readonly<Record<string, string>>;
  readonly openedOnce: (moment: string) => string;
  readonly openedOften: (first: string, last: string, times: number) => string;
  readonly neverOpened: string;
  readonly copies: (count: number) => string;
  readonly lockReason: Readonly<Record<string, string>>;
  readonly answerHeld: string;
  readonly undoUntil: (moment: string) => string;
  readonly undo: string;
  readonly contentGone: string;
}

const en: MessagesWords = {
  title: 'My messages',
  lead: 'What you sent through Send Secure, and what became of it.',
  search: 'Search',
  searchHint: 'Words of the subject, or a recipient’s address',
  searchButton: 'Search',
  show: 'Show',
  filter: { all: 'All', 'not-opened': 'Not opened', failed: 'Failed' },
  columns: { message: 'Message', sent: 'Sent', recipients: 'Recipients' },
  noSubject: 'Not protected: subject not kept',
  emptySubject: '(no subject)',
  more: (count) => `and ${count} more`,
  older: 'Older',
  newest: 'Newest',
  pages: 'Pages of messages',
  emptyTitle: 'No messages yet',
  empty: 'Type “send secure” in the subject of a mail to somebody outside. You will see it here.',
  noAddress: 'Your account has no address yet, so there are no messages to show.',
  addAddress: 'Add an address',
  noneFound: 'No message fits.',
  stopped: 'The search stopped here. Older messages were not searched yet.',
  searchOn: 'Search older messages',
  showAll: 'Show all messages',
  back: 'My messages',
  sent: (moment, author) => `Sent on ${moment} by ${author}`,
  recipientsPage: (page, pages) => `Recipients, page ${page} of ${pages}`,
  previous: 'Previous',
  next: 'Next',
  fate: {
    'on-its-way': 'On its way',
    held: 'Waiting for an answer',
    'not-sent': 'Not sent',
    failed: 'Failed',
    'handed-over': 'Handed over',
    'not-opened': 'Not opened',
    opened: 'Opened',
    locked: 'Locked',
    over: 'No longer kept',
  },
  fateText: {
    'on-its-way':
      'It has not reached the recipient’s mail server yet. We keep trying, and tell you if it fails.',
    held: 'It waits for an answer to the mail “Needs you” that we sent.',
    'not-sent': 'Nothing was sent to this recipient.',
    failed: 'It did not reach this recipient.',
    'handed-over': 'The recipient’s mail server has it. What happens there, we can’t see.',
    'not-opened': 'The recipient has our mail with the link, and has not opened the message.',
    opened: 'The recipient signed in and opened the message.',
    locked: 'This copy can’t be opened any more.',
    over: 'The time for this copy is over. It can’t be opened any more.',
  },
  protection: {
    'secure-message': 'Secure message, read on our site',
    'verified-tls': 'Ordinary mail over a verified, encrypted connection',
    'encrypted-by-author': 'Encrypted by you',
    internal: 'Inside the organization',
    'opportunistic-tls': 'Ordinary mail, not protected by us',
    none: 'Nothing was sent',
  },
  facts: {
    protected: 'Protection',
    notice: 'Mail with the link',
    handedOver: 'Handed over',
    connection: 'Connection',
    opened: 'Opened',
    kept: 'Copies saved',
    readBy: 'Should be opened by',
    replies: 'Replies',
    reminded: 'Reminded',
    until: 'Can be read until',
    ended: 'Ended',
    locked: 'Locked',
    answer: 'The mail server said',
  },
  noReplies: 'not on our website',
  captured: 'kept here for trying out, sent nowhere',
  clear: 'not encrypted',
  tls: (version) => `encrypted (${version})`,
  unverified: 'the server’s name was not checked',
  verifiedBy: {
    dane: 'server verified by DANE',
    'mta-sts': 'server verified by MTA-STS',
    'pkix-pinned': 'server verified by its certificate',
    'pkix-dnssec': 'server verified by its certificate',
    'pkix-domain': 'server verified by its certificate',
  },
  openedOnce: (moment) => `once, on ${moment}`,
  openedOften: (first, last, times) => `${times} times: first on ${first}, last on ${last}`,
  neverOpened: 'no',
  copies: (count) => (count === 1 ? 'one, on the reader’s device' : `${count}, on the reader’s devices`),
  answerHeld: 'See what waits, and answer',
  undoUntil: (moment) => `Not everything has gone out yet. Until ${moment} you can take it back.`,
  undo: 'Take it back',
  lockReason: {
    'not-for-me': 'the recipient said that it is not for them',
    author: 'by its author',
    'wrong-recipient': 'wrong recipient',
    'address-removed':
      'the recipient has removed this address from their account; nobody can read it there any more',
    'account-deleted': 'the recipient has deleted their account; nobody can read it there any more',
  },
  contentGone: 'The content for this recipient is destroyed.',
};

const es: MessagesWords = {
  title: 'Mis mensajes',
  lead: 'Lo que envió con Send Secure y qué ocurrió.',
  search: 'Buscar',
  searchHint: 'Palabras del asunto o la dirección de un destinatario',
  searchButton: 'Buscar',
  show: 'Mostrar',
  filter: { all: 'Todos', 'not-opened': 'Sin abrir', failed: 'Fallidos' },
  columns: { message: 'Mensaje', sent: 'Enviado', recipients: 'Destinatarios' },
  noSubject: 'Sin proteger: no se guarda el asunto',
  emptySubject: '(sin asunto)',
  more: (count) => `y ${count} más`,
  older: 'Anteriores',
  newest: 'Más recientes',
  pages: 'Páginas de mensajes',
  emptyTitle: 'Todavía no hay mensajes',
  empty: 'Escriba «send secure» en el asunto de un correo a alguien de fuera. Lo verá aquí.',
  noAddress: 'Su cuenta todavía no tiene ninguna dirección, así que no hay mensajes que mostrar.',
  addAddress: 'Añadir una dirección',
  noneFound: 'Ningún mensaje coincide.',
  stopped: 'La búsqueda se detuvo aquí. Todavía no se ha buscado en mensajes más antiguos.',
  searchOn: 'Buscar en mensajes más antiguos',
  showAll: 'Mostrar todos los mensajes',
  back: 'Mis mensajes',
  sent: (moment, author) => `Enviado el ${moment} por ${author}`,
  recipientsPage: (page, pages) => `Destinatarios, página ${page} de ${pages}`,
  previous: 'Anterior',
  next: 'Siguiente',
  fate: {
    'on-its-way': 'En camino',
    held: 'Espera una respuesta',
    'not-sent': 'No enviado',
    failed: 'Fallido',
    'handed-over': 'Entregado al servidor',
    'not-opened': 'Sin abrir',
    opened: 'Abierto',
    locked: 'Bloqueado',
    over: 'Ya no se guarda',
  },
  fateText: {
    'on-its-way':
      'Todavía no ha llegado al servidor de correo del destinatario. Seguimos intentándolo y le avisaremos si falla.',
    held: 'Espera una respuesta a nuestro correo.',
    'not-sent': 'No se envió nada a este destinatario.',
    failed: 'No llegó a este destinatario.',
    'handed-over': 'Lo tiene el servidor de correo del destinatario. Lo que pasa allí no podemos verlo.',
    'not-opened': 'El destinatario tiene nuestro correo con el enlace y no ha abierto el mensaje.',
    opened: 'El destinatario inició sesión y abrió el mensaje.',
    locked: 'Esta copia ya no se puede abrir.',
    over: 'El plazo de esta copia terminó. Ya no se puede abrir.',
  },
  protection: {
    'secure-message': 'Mensaje seguro, se lee en nuestro sitio',
    'verified-tls': 'Correo normal por una conexión cifrada y verificada',
    'encrypted-by-author': 'Cifrado por usted',
    internal: 'Dentro de la organización',
    'opportunistic-tls': 'Correo normal, sin protección nuestra',
    none: 'No se envió nada',
  },
  facts: {
    protected: 'Protección',
    notice: 'Correo con el enlace',
    handedOver: 'Entregado',
    connection: 'Conexión',
    opened: 'Abierto',
    kept: 'Copias guardadas',
    readBy: 'Debería abrirse antes del',
    replies: 'Respuestas',
    reminded: 'Recordado',
    until: 'Se puede leer hasta',
    ended: 'Terminó',
    locked: 'Bloqueado',
    answer: 'El servidor de correo dijo',
  },
  noReplies: 'no en nuestro sitio web',
  captured: 'guardado aquí para probar, no se envió a nadie',
  clear: 'sin cifrar',
  tls: (version) => `cifrada (${version})`,
  unverified: 'no se comprobó el nombre del servidor',
  verifiedBy: {
    dane: 'servidor verificado con DANE',
    'mta-sts': 'servidor verificado con MTA-STS',
    'pkix-pinned': 'servidor verificado por su certificado',
    'pkix-dnssec': 'servidor verificado por su certificado',
    'pkix-domain': 'servidor verificado por su certificado',
  },
  openedOnce: (moment) => `una vez, el ${moment}`,
  openedOften: (first, last, times) => `${times} veces: la primera el ${first}, la última el ${last}`,
  neverOpened: 'no',
  copies: (count) =>
    count === 1 ? 'una, en el equipo del lector' : `${count}, en los equipos de los lectores`,
  answerHeld: 'Ver lo que espera y responder',
  undoUntil: (moment) => `Todavía no ha salido todo. Hasta el ${moment} puede deshacer el envío.`,
  undo: 'Deshacer el envío',
  lockReason: {
    'not-for-me': 'el destinatario dijo que no es para él',
    author: 'por su autor',
    'wrong-recipient': 'destinatario equivocado',
    'address-removed': 'el destinatario quitó esta dirección de su cuenta; ya nadie puede leerlo allí',
    'account-deleted': 'el destinatario eliminó su cuenta; ya nadie puede leerlo allí',
  },
  contentGone: 'El contenido para este destinatario está destruido.',
};

export const MESSAGES_WORDS: Readonly<Record<Language, MessagesWords>> = { en, es };
