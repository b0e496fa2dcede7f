/**
 * Texts for the roll-out: what an organisation tells its staff, the people it writes to, and the offices it works with,
 * before the first secure message. They are given to people who send or print them in their own way; nothing here is
 * sent by us. What stands in them is true of every installation: what depends on the configuration comes in.
 */
import { cleanName } from './compose/clean-text.ts';
import type { Locale, MailSite } from './mail-site.ts';

/** In the order in which they are shown. */
export const AUDIENCES = ['recipients', 'partners', 'staff'] as const;
export type Audience = (typeof AUDIENCES)[number];

export interface Announcement {
  readonly audience: Audience;
  readonly locale: Locale;
  readonly subject: string;
  /** Plain text, paragraphs apart by an empty line; lines are not broken. */
  readonly text: string;
}

export interface AnnouncedSite extends MailSite {
  /** For its own staff, who know it by this name; outsiders read `organization`. */
  readonly fullName: string;
  /** Empty: none. */
  readonly policyUrl: string;
  readonly patientPortalUrl: string;
  /** Null: nobody in particular. */
  readonly securityOfficer: string | null;
}

/** One text for each audience, in one language. */
export function announcements(site: AnnouncedSite, locale: Locale): readonly Announcement[] {
  return AUDIENCES.map((audience) => {
    const name = cleanName(audience === 'staff' ? site.fullName : site.organization);
    const { subject, paragraphs } = WRITERS[locale][audience](site, name);
    return { audience, locale, subject, text: `${paragraphs.filter((one) => one !== '').join('\n\n')}\n` };
  });
}

interface Words {
  readonly subject: string;
  readonly paragraphs: readonly string[];
}

type Writer = (site: AnnouncedSite, organization: string) => Words;

const WRITERS: Readonly<Record<Locale, Readonly<Record<Audience, Writer>>>> = {
  en: { staff: staffInEnglish, recipients: recipientsInEnglish, partners: partnersInEnglish },
  es: { staff: staffInSpanish, recipients: recipientsInSpanish, partners: partnersInSpanish },
};

const called = (phone: string | null, hours: string | null): string =>
  phone === null ? '' : hours === null || hours === '' ? phone : `${phone} (${hours})`;

function staffInEnglish(site: AnnouncedSite, organization: string): Words {
  const desk = called(site.senderHelp.phone, site.senderHelp.hours);
  return {
    subject: 'New: write "send secure" in the subject to protect a mail',
    paragraphs: [
      `From now on, ${organization} has a simple way to protect mail to people outside.`,
      'How to send: write the two words "send secure" in the subject, for example "send secure Your results". Send the mail as always. You need no new program.',
      'What happens: within a minute you get a mail "Secured". When the other person opens the message, you get a mail "Opened". A link in them gives you one summary a day instead.',
      'What to protect: everything about a patient that goes outside, and other confidential data. If you are not sure, protect it. Put no names or numbers of patients in the subject.',
      site.policyUrl === '' ? '' : `First of all follow our policy: ${site.policyUrl}`,
      'If you mistype the two words, we stop the mail and ask you. If you hear nothing at all within a few minutes, the mail was not protected: check the subject.',
      site.patientPortalUrl === ''
        ? ''
        : `For patients, use the patient portal first: ${site.patientPortalUrl}`,
      `Step by step: ${site.senderHelp.url}`,
      desk === '' ? '' : `Questions? Call the help desk: ${desk}.`,
      site.securityOfficer === null ? '' : `Your security officer: ${site.securityOfficer}`,
    ],
  };
}

function recipientsInEnglish(site: AnnouncedSite, organization: string): Words {
  const line = called(site.recipientHelp.phone, site.recipientHelp.hours);
  return {
    subject: `How ${organization} sends you private mail`,
    paragraphs: [
      `When ${organization} has something private to tell you by mail, you get a short mail with a link. The message itself waits on our secure website.`,
      'The first time takes a minute: open the link, ask for a code, type the code that we mail you, and choose how to sign in: with your fingerprint, your face or a password. After that, just sign in. It costs nothing, and you need no program.',
      `How to know that a mail is ours: the link begins with ${site.publicUrl}, and the subject ends with a code in brackets, such as (7K4-2QF-9XM). There is no attachment. We never ask you to send a password, a code or a card number by mail.`,
      `Not sure? Do not open the link. Type ${site.publicUrl}/check into your browser yourself. There you can check the code, or the whole mail.`,
      `Help: ${site.recipientHelp.url}`,
      line === '' ? '' : `Or call us: ${line}.`,
    ],
  };
}

function partnersInEnglish(site: AnnouncedSite, organization: string): Words {
  return {
    subject: `Protected mail from ${organization}`,
    paragraphs: [
      `${organization} now protects confidential mail to people outside. Your staff may get mails that announce a secure message, and read it at ${site.publicUrl}. Please let your help desk know, so that these mails are not taken for tricks.`,
      `For your mail filter: the mails come from ${site.serviceAddress} or from our staff, they are signed (DKIM), hold no attachment, and all links lead to ${site.publicUrl}. Please do not let a filter hold them back for long: the code for the first sign-in is good for ten minutes.`,
      'Do we write to each other often? Then we can set up a channel between our mail servers (TLS, checked by certificate, DANE or MTA-STS). Your staff then get our protected mail as ordinary mail and need not sign in.',
      site.securityOfficer === null
        ? ''
        : `To set that up, or if you see a mail in our name that looks wrong, write to ${site.securityOfficer}.`,
      `How to read a message, and how to check that it is ours: ${site.recipientHelp.url}`,
    ],
  };
}

function staffInSpanish(site: AnnouncedSite, organization: string): Words {
  const desk = called(site.senderHelp.phone, site.senderHelp.hours);
  return {
    subject: 'Nuevo: escriba "send secure" en el asunto para proteger un correo',
    paragraphs: [
      `Desde ahora, ${organization} tiene una forma sencilla de proteger el correo para personas de fuera.`,
      'Cómo se envía: escriba las dos palabras "send secure" en el asunto, por ejemplo "send secure Sus resultados". Envíe el correo como siempre. No necesita ningún programa nuevo.',
      'Qué pasa: en menos de un minuto recibe un correo que dice cómo se protegió. Cuando la otra persona abre el mensaje, recibe otro. Un enlace en ellos le da un solo resumen al día.',
      'Qué hay que proteger: todo lo de un paciente que sale fuera, y otros datos confidenciales. Si tiene dudas, protéjalo. No ponga nombres ni números de pacientes en el asunto.',
      site.policyUrl === '' ? '' : `Ante todo siga nuestras normas: ${site.policyUrl}`,
      'Si escribe mal las dos palabras, detenemos el correo y le preguntamos. Si en unos minutos no recibe nada, el correo no se protegió: revise el asunto.',
      site.patientPortalUrl === ''
        ? ''
        : `Para pacientes, use primero el portal del paciente: ${site.patientPortalUrl}`,
      `Paso a paso: ${site.senderHelp.url}`,
      desk === '' ? '' : `¿Preguntas? Llame al servicio de ayuda: ${desk}.`,
      site.securityOfficer === null ? '' : `Su responsable de seguridad: ${site.securityOfficer}`,
    ],
  };
}

function recipientsInSpanish(site: AnnouncedSite, organization: string): Words {
  const line = called(site.recipientHelp.phone, site.recipientHelp.hours);
  return {
    subject: `Cómo le envía ${organization} correo privado`,
    paragraphs: [
      `Cuando ${organization} tiene algo privado que decirle por correo, usted recibe un correo corto con un enlace. El mensaje mismo espera en nuestro sitio seguro.`,
      'La primera vez lleva un minuto: abra el enlace, pida un código, escriba el código que le enviamos por correo y elija cómo entrar: con la huella, con la cara o con una contraseña. Después solo tiene que entrar. No cuesta nada y no necesita ningún programa.',
      `Cómo saber que un correo es nuestro: el enlace empieza por ${site.publicUrl} y el asunto termina con un código entre paréntesis, como (7K4-2QF-9XM). No lleva archivos. Nunca le pedimos que envíe por correo una contraseña, un código o el número de su tarjeta.`,
      `¿Tiene dudas? No abra el enlace. Escriba usted ${site.publicUrl}/check en su navegador. Allí puede comprobar el código o el correo entero.`,
      `Ayuda: ${site.recipientHelp.url}`,
      line === '' ? '' : `O llámenos: ${line}.`,
    ],
  };
}

function partnersInSpanish(site: AnnouncedSite, organization: string): Words {
  return {
    subject: `Correo protegido de ${organization}`,
    paragraphs: [
      `${organization} protege ahora el correo confidencial para personas de fuera. Su personal puede recibir correos que anuncian un mensaje seguro y leerlo en ${site.publicUrl}. Avise a su servicio de ayuda, por favor, para que nadie los tome por un engaño.`,
      `Para su filtro de correo: los correos vienen de ${site.serviceAddress} o de nuestro personal, van firmados (DKIM), no llevan archivos y todos los enlaces llevan a ${site.publicUrl}. No deje que un filtro los retenga mucho tiempo: el código para la primera entrada vale diez minutos.`,
      '¿Nos escribimos a menudo? Entonces podemos preparar un canal entre nuestros servidores de correo (TLS, comprobado con certificado, DANE o MTA-STS). Así su personal recibe nuestro correo protegido como correo normal y no tiene que entrar en ningún sitio.',
      site.securityOfficer === null
        ? ''
        : `Para prepararlo, o si ve un correo en nuestro nombre que parece raro, escriba a ${site.securityOfficer}.`,
      `Cómo leer un mensaje y cómo comprobar que es nuestro: ${site.recipientHelp.url}`,
    ],
  };
}
