/** Words of the page on which a doubtful mail is given to us; apart, as few people need them. */

export interface FakeTexts {
  readonly title: string;
  readonly lead: string;
  readonly wordsLabel: string;
  readonly wordsHint: string;
  readonly choose: string;
  readonly chosen: (name: string) => string;
  readonly remove: string;
  readonly fileHint: string;
  readonly addressLabel: string;
  readonly addressHint: string;
  readonly submit: string;
  readonly checking: string;
  readonly nothing: string;
  readonly tooLarge: string;
  readonly notReadable: string;
  readonly answer: Readonly<Record<FakeVerdict, { readonly title: string; readonly text: string }>>;
  readonly from: (author: string, organization: string, sent: string) => string;
  readonly writtenTo: (address: string) => string;
  readonly elsewhere: string;
  readonly officerTold: string;
  readonly addressMissing: string;
  readonly next: Readonly<Record<FakeVerdict, readonly string[]>>;
  readonly nextTitle: string;
  readonly byCode: string;
}

export type FakeVerdict = 'genuine' | 'forwarded' | 'changed' | 'fake' | 'unknown';

export const FAKE_TEXTS: Readonly<Record<'en' | 'es', FakeTexts>> = {
  en: {
    title: 'Check a mail that looks wrong',
    lead: 'Give us the mail, and we tell you if it is from us. Please do not open its links. We look at it once and do not keep it.',
    wordsLabel: 'The mail',
    wordsHint: 'Copy all of it, with the subject. The code and the link alone are fine too.',
    choose: 'Choose a saved mail',
    chosen: (name) => `Chosen: ${name}`,
    remove: 'Take it out',
    fileHint: 'A saved mail (.eml) tells us more than a copy.',
    addressLabel: 'Address that got the mail',
    addressHint: 'You may leave this out if you chose a saved mail.',
    submit: 'Check the mail',
    checking: 'Checking…',
    nothing: 'Copy the mail into this box, or choose a saved mail.',
    tooLarge:
      'This file is too large. Our own mails are small and have no attachments. Copy the words into the box.',
    notReadable: 'We can’t read this file. Save the mail as .eml, or copy its words into the box.',
    answer: {
      genuine: { title: 'Yes, this mail is from us', text: 'You can open its link.' },
      forwarded: {
        title: 'The mail is from us, but for somebody else',
        text: 'It was written to another address.',
      },
      changed: {
        title: 'Be careful: this mail was changed',
        text: 'The message is real. But the mail is not as we wrote it: something was added or changed on its way.',
      },
      fake: { title: 'No. This mail is not from us', text: 'Somebody pretends to be us.' },
      unknown: {
        title: 'We can’t tell',
        text: 'We found no code and no link that we know.',
      },
    },
    from: (author, organization, sent) => `${author}, ${organization}, sent the message on ${sent}.`,
    writtenTo: (address) => `It was written to ${address}.`,
    elsewhere: 'Its links lead to these places, which are not ours:',
    officerTold: 'Our security officer has been told. Thank you.',
    addressMissing: 'It has a code. Type the address that got the mail, and check again.',
    nextTitle: 'What to do next',
    next: {
      genuine: [],
      forwarded: [
        'If you know who passed it on to you, ask them. Only the person it was written to can read the message.',
        'If not, delete it.',
      ],
      changed: [
        'Do not use the links or phone numbers in the mail.',
        'Read the message on this site instead: sign in, and it is in your list.',
      ],
      fake: [
        'Do not open its links, and do not reply. Delete it.',
        'Did you type a password there? Change it now, everywhere you use it.',
        'Did you tell them about your card or bank? Call your bank.',
      ],
      unknown: [
        'Look for a typing mistake, or choose the saved mail.',
        'If it stays like this, do not open its links. Call a number that you already have.',
      ],
    },
    byCode: 'Check with the code alone',
  },
  es: {
    title: 'Comprobar un correo que parece raro',
    lead: 'Denos el correo y le decimos si es nuestro. No abra sus enlaces, por favor. Lo miramos una vez y no lo guardamos.',
    wordsLabel: 'El correo',
    wordsHint: 'Cópielo entero, con el asunto. También bastan el código y el enlace.',
    choose: 'Elegir un correo guardado',
    chosen: (name) => `Elegido: ${name}`,
    remove: 'Quitarlo',
    fileHint: 'Un correo guardado (.eml) nos dice más que una copia.',
    addressLabel: 'Dirección que recibió el correo',
    addressHint: 'Puede dejarla en blanco si eligió un correo guardado.',
    submit: 'Comprobar el correo',
    checking: 'Comprobando…',
    nothing: 'Copie el correo en este cuadro o elija un correo guardado.',
    tooLarge:
      'Este archivo es demasiado grande. Nuestros correos son pequeños y no llevan archivos. Copie el texto en el cuadro.',
    notReadable: 'No podemos leer este archivo. Guarde el correo como .eml o copie su texto en el cuadro.',
    answer: {
      genuine: { title: 'Sí, este correo es nuestro', text: 'Puede abrir su enlace.' },
      forwarded: {
        title: 'El correo es nuestro, pero para otra persona',
        text: 'Se escribió a otra dirección.',
      },
      changed: {
        title: 'Cuidado: este correo se cambió',
        text: 'El mensaje existe. Pero el correo no está como lo escribimos: algo se añadió o se cambió por el camino.',
      },
      fake: { title: 'No. Este correo no es nuestro', text: 'Alguien se hace pasar por nosotros.' },
      unknown: {
        title: 'No podemos saberlo',
        text: 'No encontramos ningún código ni enlace que conozcamos.',
      },
    },
    from: (author, organization, sent) => `${author}, ${organization}, envió el mensaje el ${sent}.`,
    writtenTo: (address) => `Se escribió a ${address}.`,
    elsewhere: 'Sus enlaces llevan a estos sitios, que no son nuestros:',
    officerTold: 'Ya avisamos a nuestro responsable de seguridad. Gracias.',
    addressMissing: 'Tiene un código. Escriba la dirección que recibió el correo y compruebe otra vez.',
    nextTitle: 'Qué hacer ahora',
    next: {
      genuine: [],
      forwarded: [
        'Si sabe quién se lo reenvió, pregúntele. Solo la persona a la que se escribió puede leer el mensaje.',
        'Si no, bórrelo.',
      ],
      changed: [
        'No use los enlaces ni los teléfonos del correo.',
        'Lea el mensaje en este sitio: entre, y está en su lista.',
      ],
      fake: [
        'No abra sus enlaces ni conteste. Bórrelo.',
        '¿Escribió allí una contraseña? Cámbiela ya en todos los sitios donde la usa.',
        '¿Dio datos de su tarjeta o su banco? Llame a su banco.',
      ],
      unknown: [
        'Busque algún error al escribir, o elija el correo guardado.',
        'Si sigue igual, no abra sus enlaces. Llame a un número que ya tenga.',
      ],
    },
    byCode: 'Comprobar solo con el código',
  },
};
