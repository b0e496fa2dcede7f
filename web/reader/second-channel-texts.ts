/** Words of the telephone step, both languages in its own chunk: few messages ask for it. */
export interface SecondChannelTexts {
  readonly title: string;
  readonly why: (author: string) => string;
  readonly call: (author: string) => string;
  readonly callNumber: string;
  readonly passphraseTitle: string;
  readonly passphraseWhy: (author: string) => string;
  readonly passphraseCall: (author: string) => string;
  readonly label: string;
  readonly hint: string;
  readonly passphraseLabel: string;
  readonly passphraseHint: string;
  readonly none: string;
  readonly again: string;
  readonly open: string;
  readonly opening: string;
  readonly noneLeft: string;
}

const en: SecondChannelTexts = {
  title: 'You need a code by telephone',
  why: (author) => `${author} protects this message with a code that you get by telephone.`,
  call: (author) => `No call yet? Call ${author} and ask for the code.`,
  callNumber: 'Use a number that you know, not one from an email.',
  passphraseTitle: 'You need a passphrase',
  passphraseWhy: (author) => `${author} protects this message with a passphrase that you agreed on.`,
  passphraseCall: (author) => `Not sure about it? Call ${author}.`,
  label: 'Code from the call',
  hint: '8 digits',
  passphraseLabel: 'Passphrase that you agreed on',
  passphraseHint: 'Capital letters and spaces make no difference.',
  none: 'There is no code yet. It is made while you talk on the telephone.',
  again: 'I have a code now',
  open: 'Open the message',
  opening: 'Checking …',
  noneLeft: 'That was not the code, or it does not count any more. Please ask for a new one by telephone.',
};

const es: SecondChannelTexts = {
  title: 'Necesita un código por teléfono',
  why: (author) => `${author} protege este mensaje con un código que usted recibe por teléfono.`,
  call: (author) => `¿No ha recibido la llamada? Llame a ${author} y pida el código.`,
  callNumber: 'Use un número que usted ya conozca, no uno de un correo.',
  passphraseTitle: 'Necesita una frase',
  passphraseWhy: (author) => `${author} protege este mensaje con una frase que acordaron.`,
  passphraseCall: (author) => `¿No la recuerda? Llame a ${author}.`,
  label: 'Código de la llamada',
  hint: '8 cifras',
  passphraseLabel: 'Frase que acordaron',
  passphraseHint: 'Las mayúsculas y los espacios no importan.',
  none: 'Todavía no hay código. Se hace mientras hablan por teléfono.',
  again: 'Ya tengo un código',
  open: 'Abrir el mensaje',
  opening: 'Comprobando…',
  noneLeft: 'Ese no es el código, o ya no sirve. Pida uno nuevo por teléfono.',
};

export const SECOND_CHANNEL_TEXTS = { en, es } as const;
