/** Spanish words for what changed about how somebody signs in. */
import type { CredentialChangeKind } from '../words.ts';
import type { AccountChangeWords, Catalog } from './catalog.ts';

export const credentialChanges: Readonly<Record<CredentialChangeKind, AccountChangeWords>> = {
  'account-created-passkey': {
    subject: ({ organization }) => `Su cuenta para mensajes seguros de ${organization}`,
    title: 'Su cuenta está lista',
    text: ({ organization, moment }) =>
      `El ${moment} se creó una cuenta para que usted lea los mensajes seguros de ${organization}. ` +
      'Desde ahora, inicie sesión con la clave de acceso que creó: su huella, su cara o el PIN de su dispositivo.',
  },
  'password-removed': {
    subject: ({ organization }) => `Se quitó su contraseña (${organization})`,
    title: 'Se quitó su contraseña',
    text: ({ organization, moment }) =>
      `El ${moment} se quitó la contraseña de su cuenta para mensajes seguros de ${organization}. ` +
      'Desde ahora, inicie sesión con su clave de acceso.',
  },
  'passkey-added': {
    subject: ({ organization }) => `Una clave de acceso nueva en su cuenta (${organization})`,
    title: 'Se agregó una clave de acceso',
    text: ({ organization, moment }) =>
      `El ${moment} se agregó una clave de acceso a su cuenta para mensajes seguros de ${organization}. ` +
      'Quien la tiene puede entrar en su cuenta.',
  },
  'passkey-removed': {
    subject: ({ organization }) => `Se quitó una clave de acceso de su cuenta (${organization})`,
    title: 'Se quitó una clave de acceso',
    text: ({ organization, moment }) =>
      `El ${moment} se quitó una clave de acceso de su cuenta para mensajes seguros de ${organization}. ` +
      'Con ella ya no se puede entrar.',
  },
  'passkey-confirmed': {
    subject: ({ organization }) => `Una clave de acceso vuelve a servir (${organization})`,
    title: 'Una clave de acceso vuelve a servir',
    text: ({ organization, moment }) =>
      `El ${moment} se confirmó una clave de acceso que no contaba desde que se restableció su contraseña. ` +
      `Con ella se entra otra vez en su cuenta para mensajes seguros de ${organization}, y los mensajes de antes se abren otra vez.`,
  },
  'second-factor-on': {
    subject: ({ organization }) => `Para entrar hace falta un segundo paso (${organization})`,
    title: 'El segundo paso está activado',
    text: ({ organization, moment }) =>
      `El ${moment} se activó un segundo paso en su cuenta para mensajes seguros de ${organization}. ` +
      'Después de la contraseña le pedimos un código de la aplicación de su teléfono.',
  },
  'second-factor-off': {
    subject: ({ organization }) => `El segundo paso está desactivado (${organization})`,
    title: 'El segundo paso está desactivado',
    text: ({ organization, moment }) =>
      `El ${moment} se desactivó el segundo paso en su cuenta para mensajes seguros de ${organization}. ` +
      'Ahora basta la contraseña para entrar.',
  },
  'recovery-codes-made': {
    subject: ({ organization }) => `Códigos de recuperación nuevos para su cuenta (${organization})`,
    title: 'Tiene códigos de recuperación nuevos',
    text: ({ organization, moment }) =>
      `El ${moment} se crearon códigos de recuperación nuevos para su cuenta de mensajes seguros de ${organization}. ` +
      'Los anteriores ya no sirven.',
  },
  'recovery-code-used': {
    subject: ({ organization }) => `Se usó un código de recuperación (${organization})`,
    title: 'Se usó un código de recuperación',
    text: ({ organization, moment }) =>
      `El ${moment} alguien entró en su cuenta para mensajes seguros de ${organization}. ` +
      'Usó su contraseña y un código de recuperación. Ese código ya no sirve.',
  },
  'device-remembered': {
    subject: ({ organization }) => `Se recuerda un dispositivo (${organization})`,
    title: 'Se recuerda un dispositivo',
    text: ({ organization, moment }) =>
      `El ${moment} alguien entró en su cuenta para mensajes seguros de ${organization}. ` +
      'Pidió recordar el dispositivo. Durante 30 días no pedimos allí el segundo paso.',
  },
  'provider-added': {
    subject: ({ organization }) => `Otra forma de entrar en su cuenta (${organization})`,
    title: 'Se agregó una forma de entrar',
    text: ({ organization, moment }) =>
      `El ${moment} se agregó una cuenta de Google o Microsoft a su cuenta para mensajes seguros de ${organization}. ` +
      'Quien la tiene puede entrar en su cuenta.',
  },
  'provider-removed': {
    subject: ({ organization }) => `Se quitó una forma de entrar (${organization})`,
    title: 'Se quitó una forma de entrar',
    text: ({ organization, moment }) =>
      `El ${moment} se quitó una cuenta de Google o Microsoft de su cuenta para mensajes seguros de ${organization}. ` +
      'Con ella ya no se puede entrar aquí.',
  },
  'reset-stopped': {
    subject: ({ organization }) => `No se cambió nada en su cuenta (${organization})`,
    title: 'Se detuvo el cambio',
    text: ({ organization, moment }) =>
      `El ${moment} se detuvo el cambio en su cuenta para mensajes seguros de ${organization}. ` +
      'Su contraseña y su segundo paso siguen como antes.',
  },
};

export const resetWaits: Catalog['resetWaits'] = {
  subject: ({ organization }) => `Deténgalo si no fue usted: su cuenta (${organization})`,
  title: 'Alguien pide entrar sin el segundo paso',
  text: ({ organization, until }) =>
    `Alguien que puede leer su correo quiere entrar en su cuenta para mensajes seguros de ${organization}. ` +
    `Dice que perdió el segundo paso. Desde el ${until} podrá poner una contraseña nueva sin él.`,
  wasYou:
    '¿Fue usted? Entonces no tiene que hacer nada. Después de esa hora, pida otra vez una contraseña nueva.',
  notYou: '¿No fue usted? Entonces deténgalo ahora. Su cuenta queda como está:',
  button: 'Detenerlo',
};

/** The help desk made a hand-over code for the address. */
export const handOverCode: AccountChangeWords = {
  subject: ({ organization }) => `Se dio un código por teléfono para su dirección (${organization})`,
  title: 'Se dio un código por teléfono',
  text: ({ organization, moment }) =>
    `El ${moment}, nuestra asistencia dio un código por teléfono a alguien que dijo ser usted. Durante media hora sirve ` +
    `en lugar del código que enviamos por correo: para crear una cuenta con esta dirección, o poner una contraseña ` +
    `nueva, para mensajes seguros de ${organization}.`,
};

/** The help desk sends the way to a new password. */
export const resetStarted: Catalog['resetStarted'] = {
  subject: ({ organization }) => `Ponga una contraseña nueva para los mensajes seguros de ${organization}`,
  title: 'Ponga una contraseña nueva',
  text: ({ organization }) =>
    `Nuestra asistencia le envía este correo para que ponga una contraseña nueva para los mensajes seguros de ${organization}. ` +
    'Abra la página y pida allí el código. Se lo enviamos por correo.',
  button: 'Poner una contraseña nueva',
  notAsked: '¿No lo pidió usted? Entonces no tiene que hacer nada. Su contraseña queda como está.',
};
