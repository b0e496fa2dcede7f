/**
 * Words of the other ways than reading on the site. Not part of a first visit's download. What is shown before a choice
 * is kept with its version (`READING_TEXT` in the link page): other words need a new version and a line in
 * docs/choices.md.
 */
import { language } from '../ui/locale/locale.ts';

export const en = {
  title: 'How would you like to get this message?',
  lead: (author: string) => `Choose one. We tell ${author} at once. You can still read it here later.`,
  ways: {
    call: 'Call me',
    letter: 'Send me a letter',
    somebody: 'Somebody reads it to me',
  },
  call: {
    title: 'We ask for a call',
    contact: 'Your phone number (optional)',
    hint: (author: string) => `Leave it empty if ${author} knows it. Add when you can be reached.`,
  },
  letter: {
    title: 'We ask for a letter',
    contact: 'Your postal address (optional)',
    hint: (author: string) => `Leave it empty if ${author} knows it.`,
  },
  somebody: {
    title: 'Who should read it to you?',
    contact: 'Their phone number (optional)',
    hint: (author: string) => `So that ${author} can reach them.`,
  },
  name: 'Name of this person',
  nameHint: 'Somebody you trust, such as your daughter or your nurse.',
  nameMissing: 'Please write a name.',
  whoSees: (author: string) =>
    `${author} sees what you write here. It goes to them by ordinary mail inside the organization. Don’t write about your health.`,
  sure: 'They will first make sure that it is really you.',
  send: 'Tell the sender',
  sending: 'Sending…',
  doneTitle: 'We have told the sender',
  asked: {
    call: (author: string, when: string) => `On ${when} we told ${author} that you would like a call.`,
    letter: (author: string, when: string) => `On ${when} we told ${author} that you would like a letter.`,
    somebody: (author: string, when: string) => `On ${when} we told ${author} who should read it to you.`,
  },
  close: 'You may close this page.',
  another: 'Choose again',
  read: 'I want to read it here',
  tooOften: (wait: string) => `You have chosen several times already. You can choose again in ${wait}.`,
};

export const es: typeof en = {
  title: '¿Cómo quiere recibir este mensaje?',
  lead: (author) => `Elija una forma. Se lo decimos enseguida a ${author}. Aún puede leerlo aquí más tarde.`,
  ways: {
    call: 'Llámenme',
    letter: 'Envíenme una carta',
    somebody: 'Alguien me lo lee',
  },
  call: {
    title: 'Pedimos una llamada',
    contact: 'Su teléfono (si quiere)',
    hint: (author) => `Déjelo vacío si ${author} lo conoce. Diga también a qué hora le encuentran.`,
  },
  letter: {
    title: 'Pedimos una carta',
    contact: 'Su dirección postal (si quiere)',
    hint: (author) => `Déjela vacía si ${author} la conoce.`,
  },
  somebody: {
    title: '¿Quién debe leérselo?',
    contact: 'Teléfono de esa persona (si quiere)',
    hint: (author) => `Para que ${author} pueda encontrarla.`,
  },
  name: 'Nombre de esa persona',
  nameHint: 'Alguien de confianza, por ejemplo su hija o su enfermera.',
  nameMissing: 'Escriba un nombre, por favor.',
  whoSees: (author) =>
    `${author} ve lo que escriba aquí. Le llega por correo normal dentro de la organización. No escriba sobre su salud.`,
  sure: 'Primero se asegurarán de que es usted.',
  send: 'Decírselo a quien lo envió',
  sending: 'Enviando…',
  doneTitle: 'Se lo hemos dicho a quien lo envió',
  asked: {
    call: (author, when) => `El ${when} dijimos a ${author} que usted quiere una llamada.`,
    letter: (author, when) => `El ${when} dijimos a ${author} que usted quiere una carta.`,
    somebody: (author, when) => `El ${when} dijimos a ${author} quién debe leérselo.`,
  },
  close: 'Puede cerrar esta página.',
  another: 'Elegir otra vez',
  read: 'Quiero leerlo aquí',
  tooOften: (wait) => `Ya ha elegido varias veces. Puede elegir otra vez en ${wait}.`,
};

const TABLES = { en, es } as const;

export function otherWaysTexts(): typeof en {
  return TABLES[language.value];
}
