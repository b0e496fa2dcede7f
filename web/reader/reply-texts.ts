/** Words of the form in which an answer is written, in its chunk: most readers only read. */
import { language, type Language } from '../ui/locale/locale.ts';

const en = {
  title: (author: string) => `Reply to ${author}`,
  titleAll: (author: string) => `Reply to ${author} and the others`,
  label: 'Your reply',
  hint: 'It is protected on its way. We keep what you write, so you can come back later.',
  send: 'Send',
  sending: 'Sending…',
  kept: 'Your text is kept.',
  notKept: 'Your text could not be kept just now. We try again when you write on.',
  empty: 'Write something first.',
  discard: 'Cancel',
  discardTitle: 'Throw your reply away?',
  discardText: 'What you wrote will be gone.',
  discardYes: 'Throw it away',
  discardNo: 'Keep writing',
  files: 'Files',
  filesHint: (one: string, all: string, count: number) =>
    `Each file up to ${one}, all together up to ${all}, ${count} files at most. You can also drop them on this page. They are checked for viruses.`,
  attach: 'Choose files',
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  sendingName: (name: string) => `Sending ${name}`,
  filesReady: (ready: number, all: number) => `${ready} of ${all} files are attached.`,
  filesUnderWay: 'Some files are not there yet. Please wait, or remove them.',
  refused: {
    kind: (name: string) => `${name}: this kind of file can run programs, so we do not take it.`,
    'too-large': (name: string) => `${name} is too large.`,
    'too-large-together': (name: string) => `${name} was not added: the files are too large together.`,
    'too-many': (name: string) => `${name} was not added: there are too many files.`,
  },
  broken: (name: string) => `${name} did not arrive whole. Please remove it and choose it again.`,
  infected: (name: string) =>
    `A virus was found in ${name}. Your reply was not sent. Please remove the file, then send again.`,
  filesOutside:
    'Files can only go to the sender, not to the others. Please use “Reply”, or remove the files.',
  takeBack: 'Don’t send it yet: change it',
};

const es: typeof en = {
  title: (author: string) => `Responder a ${author}`,
  titleAll: (author: string) => `Responder a ${author} y a los demás`,
  label: 'Su respuesta',
  hint: 'Va protegida por el camino. Guardamos lo que escribe, para que pueda seguir más tarde.',
  send: 'Enviar',
  sending: 'Enviando…',
  kept: 'Su texto está guardado.',
  notKept: 'Ahora no se ha podido guardar su texto. Lo intentaremos otra vez cuando siga escribiendo.',
  empty: 'Escriba algo primero.',
  discard: 'Cancelar',
  discardTitle: '¿Descartar su respuesta?',
  discardText: 'Lo que ha escrito se perderá.',
  discardYes: 'Descartarla',
  discardNo: 'Seguir escribiendo',
  files: 'Archivos',
  filesHint: (one: string, all: string, count: number) =>
    `Cada archivo hasta ${one}, todos juntos hasta ${all}, ${count} archivos como máximo. También puede soltarlos en esta página. Se comprueba que no tengan virus.`,
  attach: 'Elegir archivos',
  remove: 'Quitar',
  removeName: (name: string) => `Quitar ${name}`,
  sendingName: (name: string) => `Enviando ${name}`,
  filesReady: (ready: number, all: number) => `${ready} de ${all} archivos están adjuntos.`,
  filesUnderWay: 'Algunos archivos aún no han llegado. Espere, por favor, o quítelos.',
  refused: {
    kind: (name: string) =>
      `${name}: este tipo de archivo puede ejecutar programas, por eso no lo aceptamos.`,
    'too-large': (name: string) => `${name} es demasiado grande.`,
    'too-large-together': (name: string) =>
      `${name} no se ha añadido: los archivos juntos son demasiado grandes.`,
    'too-many': (name: string) => `${name} no se ha añadido: hay demasiados archivos.`,
  },
  broken: (name: string) => `${name} no ha llegado entero. Quítelo, por favor, y elíjalo otra vez.`,
  infected: (name: string) =>
    `Se ha encontrado un virus en ${name}. Su respuesta no se ha enviado. Quite el archivo, por favor, y envíela otra vez.`,
  filesOutside:
    'Los archivos solo pueden ir al remitente, no a los demás. Use «Responder», por favor, o quite los archivos.',
  takeBack: 'No enviarla todavía: cambiarla',
};

const TABLES: Readonly<Record<Language, typeof en>> = { en, es };

export const replyFormTexts = (): typeof en => TABLES[language.value];
