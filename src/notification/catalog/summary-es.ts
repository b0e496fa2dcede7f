/** The daily summary in Spanish. */
import type { SummaryWords } from './summary-words.ts';

export const summaryInSpanish: SummaryWords = {
  subject: ({ day, sent, opened }) =>
    `Resumen del ${day}: ${sent} ${sent === 1 ? 'enviado' : 'enviados'}, ${opened} ${opened === 1 ? 'abierto' : 'abiertos'}`,
  title: 'Sus mensajes protegidos',
  intro:
    'Este correo sustituye a los correos sueltos «Protegido» y «Abierto». Si algo falla o hace falta su respuesta, le ' +
    'escribimos enseguida.',
  introLast:
    'Usted pidió otra vez correos sueltos. Esto es lo que habíamos reunido para el próximo resumen. Desde ahora cada ' +
    'correo llega enseguida.',
  sentFact: 'Mensajes enviados',
  openedFact: 'Abiertos por primera vez',
  to: ({ who }) => `Para ${who}`,
  sent: ({ moment }) => `Enviado el ${moment}.`,
  sentWithCode: ({ moment, code }) => `Enviado el ${moment}. Código del mensaje: ${code}.`,
  state: {
    'secure-message': 'se lee en nuestro sitio web, sin abrir todavía',
    'verified-tls': 'enviado por una línea segura y comprobada',
    'encrypted-by-author': 'enviado como usted lo cifró',
    internal: 'dentro de su organización',
    'opportunistic-tls': 'enviado como correo normal',
    held: 'en espera, no ha salido nada',
    failed: 'no entregado, le enviamos otro correo sobre ello',
    'not-sent': 'no enviado',
  },
  opened: ({ moment }) => `abierto el ${moment}`,
  openedFor: ({ reader, moment }) => `abierto por ${reader} el ${moment}`,
  moreRecipients: ({ more }) => (more === 1 ? 'y 1 persona más' : `y ${more} personas más`),
  moreMessages: ({ more }) =>
    more === 1 ? 'Hay 1 mensaje más. Está aquí:' : `Hay ${more} mensajes más. Están aquí:`,
  page: 'Todo sobre este mensaje:',
  choiceTitle: 'Cuánto correo recibe',
  choiceSingle: 'Recibe un resumen al día. Para recibir otra vez cada correo enseguida:',
  choiceSummary: 'Recibe cada correo enseguida. Para recibir un resumen al día:',
};
