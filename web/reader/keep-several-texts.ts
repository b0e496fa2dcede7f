/** Words of the choice of several messages, in the chunk that shows it. */
import { language, type Language } from '../ui/locale/locale.ts';

const en = {
  title: 'Keep copies of your messages',
  lead: 'Choose the messages. You get one zip file with all of them.',
  unread: 'If you have not read a message yet, it then counts as read, and its author is told.',
  all: 'Choose all',
  save: (count: number) => (count === 0 ? 'Save' : count === 1 ? 'Save 1 message' : `Save ${count} messages`),
  chooseOne: 'Choose at least one message.',
  tooMuch: (size: string) => `This is more than ${size}. Please choose fewer messages.`,
  progress: (done: number, all: number) => `${done} of ${all} packed…`,
  failed: (count: number) =>
    count === 1
      ? 'One message could not be saved. It may be locked or no longer kept.'
      : `${count} messages could not be saved. They may be locked or no longer kept.`,
  fileName: 'messages',
};

const es: typeof en = {
  title: 'Guardar copias de sus mensajes',
  lead: 'Elija los mensajes. Recibirá un archivo zip con todos ellos.',
  unread: 'Si aún no ha leído un mensaje, contará como leído y se avisará a su autor.',
  all: 'Elegir todos',
  save: (count) =>
    count === 0 ? 'Guardar' : count === 1 ? 'Guardar 1 mensaje' : `Guardar ${count} mensajes`,
  chooseOne: 'Elija al menos un mensaje.',
  tooMuch: (size) => `Son más de ${size}. Elija menos mensajes.`,
  progress: (done, all) => `${done} de ${all} guardados…`,
  failed: (count) =>
    count === 1
      ? 'Un mensaje no se pudo guardar. Puede estar bloqueado o ya no conservarse.'
      : `${count} mensajes no se pudieron guardar. Pueden estar bloqueados o ya no conservarse.`,
  fileName: 'mensajes',
};

const TABLES: Readonly<Record<Language, typeof en>> = { en, es };

export const severalTexts = (): typeof en => TABLES[language.value];
