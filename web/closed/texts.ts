/** Words of a message that can't be opened. Not part of a first visit's download. */
import { language } from '../ui/locale/locale.ts';

const en = {
  lockedTitle: 'This message is locked',
  lockedByAuthor: (author: string, when: string) => `${author} locked it on ${when}.`,
  lockedByRecipient: (when: string) =>
    `On ${when} somebody with this link told us that it is not for them. So it was locked.`,
  lockedByOrganization: (when: string) => `The organization locked it on ${when}.`,
  expiredTitle: 'The time for this message is over',
  expired: (when: string) => `It could be read until ${when}.`,
  releaseTitle: 'This message must be released first',
  release: (when: string) =>
    `You opened it before. On ${when} a new password was set by mail. To protect you, older messages stay closed since then.`,
  gone: (author: string) =>
    `Its content is not kept any more, so it can’t be opened again. But ${author} can send it to you again.`,
  ask: (author: string) => `Do you still need it? Ask ${author}. That takes one click.`,
  askAgain: 'Send it to me again, please',
  askOpen: 'Ask to read it',
  noteLabel: 'A few words to the sender (optional)',
  noteHint: 'This goes by ordinary mail inside the organization. At most 300 characters.',
  asking: 'Sending…',
  askedTitle: 'We have asked for you',
  asked: (author: string, when: string) =>
    `We told ${author} on ${when} that you would like to read it. You get a mail as soon as it is open. You may close this page.`,
  declined: (author: string) => `${author} has decided to leave it closed.`,
  changed: 'It is open again.',
  open: 'Read the message',
  tooOften: (wait: string) => `You have asked several times already. You can ask again in ${wait}.`,
};

const es: typeof en = {
  lockedTitle: 'Este mensaje está bloqueado',
  lockedByAuthor: (author, when) => `${author} lo bloqueó el ${when}.`,
  lockedByRecipient: (when) =>
    `El ${when}, alguien con este enlace nos dijo que no es para esa persona. Por eso se bloqueó.`,
  lockedByOrganization: (when) => `La organización lo bloqueó el ${when}.`,
  expiredTitle: 'El plazo de este mensaje terminó',
  expired: (when) => `Se podía leer hasta el ${when}.`,
  releaseTitle: 'Primero hay que autorizar este mensaje',
  release: (when) =>
    `Usted ya lo abrió. El ${when} se puso una contraseña nueva por correo. Para su seguridad, los mensajes de antes siguen cerrados.`,
  gone: (author) =>
    `Su contenido ya no se guarda, así que no se puede abrir otra vez. Pero ${author} puede enviárselo de nuevo.`,
  ask: (author) => `¿Todavía lo necesita? Pídaselo a ${author}. Basta un clic.`,
  askAgain: 'Por favor, envíemelo otra vez',
  askOpen: 'Pedir leerlo',
  noteLabel: 'Unas palabras para quien lo envió (si quiere)',
  noteHint: 'Va por correo normal dentro de la organización. Como mucho 300 caracteres.',
  asking: 'Enviando…',
  askedTitle: 'Lo hemos pedido por usted',
  asked: (author, when) =>
    `El ${when} dijimos a ${author} que usted quiere leerlo. Recibirá un correo en cuanto esté abierto. Puede cerrar esta página.`,
  declined: (author) => `${author} decidió dejarlo cerrado.`,
  changed: 'Está abierto otra vez.',
  open: 'Leer el mensaje',
  tooOften: (wait) => `Ya lo ha pedido varias veces. Puede pedirlo otra vez en ${wait}.`,
};

const TABLES = { en, es } as const;

export function closedTexts(): typeof en {
  return TABLES[language.value];
}
