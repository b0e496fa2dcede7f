/** Texts for people who got a notice from somebody else, or read for somebody else. Loaded with their pages alone. */
import { language } from '../ui/locale/locale.ts';

const en = {
  forwardedTitle: 'Somebody gave you this mail?',
  sentTo: (address: string) => `The message was sent to ${address}. Only that person can let you read it.`,
  signedInAs: (address: string) => `You are signed in as ${address}.`,
  ask: 'Ask for access',
  asked: 'We have asked. You get a mail when they answer.',
  noOwner: 'The person has not opened the message yet. Ask them to open it first, then come back.',
  isMine: 'No, it was sent to me',
  signInFirst: 'Sign in with your own address. Then you can ask for access.',
  noAccount: 'I have no account yet',
  joinTitle: 'Make your own account',
  joinLead: 'You use it to read messages that somebody lets you read. We send a code to your address.',
  joinInvited: 'This works when somebody has let you read, with this address.',
  address: 'Your own email address',
  send: 'Send me the code',
  codeSent: (address: string) => `If this address may read here, we sent a code with 6 digits to ${address}.`,
  save: 'Save and go on',
  haveAccount: 'I have an account: sign in',
};

const es: typeof en = {
  forwardedTitle: '¿Alguien le dio este correo?',
  sentTo: (address) => `El mensaje se envió a ${address}. Solo esa persona puede permitirle leerlo.`,
  signedInAs: (address) => `Ha entrado como ${address}.`,
  ask: 'Pedir acceso',
  asked: 'Lo hemos pedido. Recibirá un correo cuando respondan.',
  noOwner: 'La persona aún no ha abierto el mensaje. Pídale que lo abra primero y vuelva después.',
  isMine: 'No, me lo enviaron a mí',
  signInFirst: 'Entre con su propia dirección. Después puede pedir acceso.',
  noAccount: 'Aún no tengo cuenta',
  joinTitle: 'Cree su propia cuenta',
  joinLead: 'Sirve para leer mensajes que alguien le permite leer. Enviamos un código a su dirección.',
  joinInvited: 'Funciona cuando alguien le ha permitido leer, con esta dirección.',
  address: 'Su propia dirección de correo',
  send: 'Enviarme el código',
  codeSent: (address) => `Si esta dirección puede leer aquí, enviamos un código de 6 cifras a ${address}.`,
  save: 'Guardar y seguir',
  haveAccount: 'Ya tengo cuenta: entrar',
};

export function accessTexts(): typeof en {
  return language.value === 'es' ? es : en;
}
