/** Spanish, in the polite form that patients everywhere understand. */
import type { Catalog } from './catalog.ts';
import { credentialChanges, handOverCode, resetStarted, resetWaits } from './credentials-es.ts';
import { summaryInSpanish } from './summary-es.ts';

const people = (count: number): string => (count === 1 ? 'esta persona' : `estas ${count} personas`);

export const es: Catalog = {
  furtherDown: 'En español: vea más abajo.',
  help: {
    title: '¿Necesita ayuda?',
    page: 'Ayuda, paso a paso:',
    phone: ({ phone }) => `O llame al ${phone}.`,
    phoneWithHours: ({ phone, hours }) => `O llame al ${phone} (${hours}).`,
  },
  fact: {
    recipient: 'Para',
    sent: 'Usted lo envió',
    opened: 'Abierto',
    messageCode: 'Código del mensaje',
    size: 'Tamaño',
    limit: 'Límite',
    address: 'Dirección de correo',
  },
  andMore: ({ first, more }) => (more === 1 ? `${first} y 1 más` : `${first} y ${more} más`),
  via: ({ author, organization }) => `${author} a través de ${organization}`,
  notice: {
    subject: ({ author, organization, code }) => `Mensaje seguro de ${author}, ${organization} (${code})`,
    subjectOutside: ({ organization, code }) => `Mensaje seguro de ${organization} (${code})`,
    title: ({ author }) => `${author} le envió un mensaje seguro`,
    intro: ({ person, organization }) =>
      `${person}, de ${organization}, tiene algo privado que decirle. Por eso no está en este correo. ` +
      'Puede leerlo en nuestro sitio web, en un teléfono o una computadora:',
    introOutside: ({ person, organization }) =>
      `${organization} le pasa un mensaje privado que escribió ${person}. Por eso no está en este correo. ` +
      'Puede leerlo en nuestro sitio web, en un teléfono o una computadora:',
    button: 'Leer el mensaje',
    firstTime:
      'La primera vez tarda más o menos un minuto: le enviamos un código a esta dirección de correo, ' +
      'usted elige una contraseña y lee. Después solo tiene que iniciar sesión.',
    byTelephone: ({ author }) =>
      `Antes de leerlo la primera vez le pedimos algo más: un código que ${author} le da por teléfono, o la frase que acordaron ustedes dos.`,
    authorIsTold: ({ author }) => `Cuando usted abra el mensaje, avisaremos a ${author}.`,
    keptUntil: ({ day }) => `Puede leerlo hasta el ${day}.`,
    answering:
      'Una respuesta normal a este correo no está protegida. Por favor, no escriba nada privado en una ' +
      'respuesta normal.',
    realTitle: '¿Este correo es verdadero?',
    realCheck: ({ organization }) =>
      `No tiene que confiar en el enlace de arriba. Vaya al sitio web de ${organization} como siempre lo hace, ` +
      'o escriba usted esta dirección en su navegador:',
    realCode: 'Escriba allí su dirección de correo y este código del mensaje:',
    realNever:
      'Nunca le pedimos que envíe una contraseña, un código o un número de tarjeta en una respuesta a un correo.',
    why: ({ to, author }) => `Este correo fue enviado a ${to}, porque ${author} le escribió a esa dirección.`,
  },
  secured: {
    subject: ({ who }) => `Protegido: su mensaje a ${who}`,
    title: 'Su mensaje se envió de forma segura',
    intro: ({ moment }) => `Se trata del mensaje que usted envió el ${moment}.`,
    group: {
      'secure-message': {
        title: 'Se lee en nuestro sitio web',
        text:
          'Reciben un correo con un enlace, inician sesión y leen su mensaje allí. ' +
          'Usted recibe un correo cuando lo abren por primera vez.',
      },
      'verified-tls': {
        title: 'Enviado por una línea segura y comprobada',
        text:
          'Comprobamos su servidor de correo antes de enviarlo. Llega como un correo normal, ' +
          'así que no podemos ver si lo abren.',
      },
      'encrypted-by-author': {
        title: 'Enviado como usted lo cifró',
        text: 'Usted lo había cifrado en su programa de correo. No podemos ver si lo abren.',
      },
      internal: {
        title: 'Dentro de su organización',
        text: 'Llega como un correo normal en su propio sistema de correo. No podemos ver si lo abren.',
      },
      'opportunistic-tls': {
        title: 'Enviado como un correo normal',
        text: 'Para ellos no fue un mensaje seguro. No podemos ver si lo abren.',
      },
      held: {
        title: 'Espera su respuesta',
        text: 'Todavía no salió nada para ellos. Le enviamos otro correo que empieza con "Lo necesitamos".',
      },
      returned: {
        title: 'No enviado',
        text: 'No salió nada para ellos. Le enviamos otro correo que dice por qué y qué puede hacer.',
      },
    },
    whyTitle: 'Por qué se protegió',
    why: {
      code: 'Usted escribió "send secure" en el asunto.',
      'further-code': 'Usted escribió un código de su organización en el asunto.',
      'header-switch': 'Su programa de correo lo marcó para que se cifrara.',
      'secured-thread': 'Responde a un mensaje protegido, así que la respuesta también se protege.',
      'header-rule': 'Su organización tiene una regla que protege los mensajes marcados como este.',
      'all-external': 'Su organización protege todo el correo que va a personas de fuera.',
      'partner-domain': 'Su organización siempre protege el correo a este socio.',
      'near-miss': 'El asunto parecía querer decir "send secure".',
      'near-miss-machine': 'El asunto parecía querer decir "send secure".',
      'held-by-officer': 'Debía protegerse, y su responsable de seguridad permitió que saliera.',
    },
    asked: {
      title: 'Lo que usted pidió',
      expires: ({ day }) => `Nadie puede abrirlo después del ${day}.`,
      readBy: ({ day }) => `Le diremos quién no lo ha abierto al terminar el ${day}.`,
      noReply: 'No se puede responder en nuestro sitio web.',
      verify:
        'Antes de abrirlo necesitan un código que usted les da por teléfono. ' +
        'Lo obtiene en la página de este mensaje.',
      unmetTitle: 'Lo que no entendimos',
      unmet: {
        'no-day': ({ word }) =>
          `Después de "${word}" no hay un día que podamos leer; no se tuvo en cuenta. ` +
          'Escríbalo así: 14d, 1 dic, 2026-12-01.',
        'day-past': ({ word }) => `El día después de "${word}" ya pasó; no se tuvo en cuenta.`,
        'day-too-late': ({ word }) =>
          `No guardamos los mensajes hasta el día que sigue a "${word}"; no se tuvo en cuenta.`,
        misspelled: ({ word }) => `Una palabra parece "${word}" con una errata.`,
      },
      unmetCure: 'Esas palabras siguen en el asunto. Puede cambiar los ajustes en la página de este mensaje.',
    },
    laterTitle: 'Qué pasa ahora',
    keptUntil: ({ day }) => `Pueden leerlo en nuestro sitio web hasta el ${day}.`,
    noOpenedMail: 'Si no recibe un correo que empiece con "Abierto", nadie lo ha abierto todavía.',
    noOpenedMailMixed:
      'Si no recibe un correo que empiece con "Abierto", nadie lo ha abierto todavía, o salió de una forma que ' +
      'no podemos ver.',
    code: 'Si le preguntan si nuestro correo es verdadero, dé este código del mensaje:',
    undo: ({ clock }) => `Todavía no ha salido nada. Hasta las ${clock} puede deshacerlo.`,
    undoMixed: ({ clock }) =>
      `Para quienes lo leen en nuestro sitio web todavía no ha salido nada. Hasta las ${clock} puede deshacerlo.`,
    undoButton: 'Deshacer: no enviarlo',
    page: 'Vea qué ocurrió, bloquéelo o diga que llegó a la persona equivocada:',
  },
  opened: {
    subject: ({ who }) => `Abierto: su mensaje a ${who}`,
    title: 'Su mensaje se abrió',
    intro: ({ who, moment }) => `${who} abrió su mensaje seguro el ${moment}.`,
    introFor: ({ reader, who, moment }) =>
      `${reader} abrió su mensaje seguro para ${who} el ${moment}. ${who} le permite leer por esta dirección.`,
    meaningFor:
      'Esto significa: alguien entró en la cuenta de quien lee y abrió el mensaje. No podemos ver quién estaba ante ' +
      'la pantalla ni si se leyó todo.',
    meaning:
      'Esto significa: alguien inició sesión en la cuenta de esta dirección y abrió el mensaje. ' +
      'No podemos ver quién estaba ante la pantalla, ni si lo leyó todo.',
    once: 'Usted recibe este correo una vez por persona. Las visitas posteriores solo quedan en el registro.',
  },
  held: {
    subject: ({ who }) => `Lo necesitamos: su mensaje a ${who} está en espera`,
    title: '¿Debe salir este mensaje de forma segura?',
    intro: ({ moment }) => `Detuvimos el mensaje que usted envió el ${moment} y necesitamos su respuesta.`,
    nothingLeft: 'No salió nada para:',
    others: 'Esto no afecta a las demás personas a las que escribió.',
    slipTitle: 'Por qué preguntamos',
    slip: {
      misspelled: 'En el asunto, una palabra junto a "send" o "secure" parece mal escrita.',
      joined: 'En el asunto, "send" o "secure" está pegado a otra palabra.',
      'words-between': 'En el asunto, hay otras palabras entre "send" y "secure".',
      reversed: 'En el asunto, "send" y "secure" están al revés.',
      punctuated: 'En el asunto, hay un signo entre "send" y "secure".',
      'look-alike':
        'En el asunto, algunas letras de "send secure" son letras extranjeras que solo se parecen.',
      'vendor-tag':
        'El asunto tiene una marca que otros sistemas usan para proteger. La nuestra es "send secure".',
      'code-in-body': '"Send secure" está en el texto de su mensaje, pero no en el asunto.',
      'further-code':
        'Tiene algo que parece un código de su organización para proteger el correo, pero no es exacto.',
    },
    chooseTitle: 'Su decisión',
    choose: 'Usted responde en una página que se abre en su navegador.',
    sendSecured: 'Enviar seguro ahora',
    dontSend: 'No enviar',
    unansweredSecure: ({ clock }) => `Si no sabemos nada de usted, lo enviamos seguro a las ${clock}.`,
    unansweredReturn: ({ clock }) => `Si no sabemos nada de usted, se lo devolvemos a las ${clock}.`,
    nextTime:
      'La próxima vez, escriba las dos palabras "send secure" en el asunto y saldrá seguro enseguida.',
  },
  officerHold: {
    limit: {
      'recipients-an-hour': 'Iría a más personas de fuera en una hora de lo habitual.',
      'new-recipients-a-day': 'Iría a más personas nuevas de fuera en un día de lo habitual.',
    },
    officerSubject: ({ author }) => `Le necesitamos: un mensaje de ${author} está en espera`,
    officerTitle: '¿Debe salir este mensaje?',
    officerIntro: ({ author, moment, count }) =>
      `${author} envió el ${moment} un mensaje a ${people(count)} de fuera. No ha salido nada de él. Así se ve un buzón robado, y también un día con mucho trabajo. Si puede, pregunte al autor por teléfono.`,
    officerChoose: 'Usted responde en una página que se abre en su navegador.',
    stop: 'Detenerlo',
    release: 'Dejar que salga',
    returnedAt: ({ moment }) => `Si nadie responde, vuelve al autor el ${moment}.`,
    authorSubject: ({ who }) => `En espera: su mensaje a ${who}`,
    authorTitle: 'Su mensaje está en espera',
    authorIntro: ({ moment }) => `El mensaje que usted envió el ${moment} todavía no ha salido a:`,
    authorNext: ({ moment }) =>
      `Su responsable de seguridad decide sobre él y ya recibió la pregunta. Si nadie responde, el mensaje vuelve a usted el ${moment}. No hace falta que lo envíe otra vez.`,
    notYou:
      'Si no lo envió usted, llame ahora a su servicio de ayuda: quizá otra persona está usando su buzón.',
  },
  code: {
    subject: ({ code, organization }) => `${code} es su código para ${organization}`,
    title: 'Su código',
    intro: ({ organization }) => `Escriba este código en la página de ${organization} donde lo pidió:`,
    introAddress: ({ organization }) =>
      `Alguien quiere agregar esta dirección a su cuenta para mensajes seguros de ${organization}, y leer allí lo ` +
      'que le envían a usted. Si es usted, escriba este código en la página donde lo pidió:',
    validUntil: ({ minutes, clock }) =>
      `Sirve durante ${minutes} minutos, hasta las ${clock}, y solo en ese navegador.`,
    closed: '¿Cerró la página? Siga aquí:',
    button: 'Continuar aquí',
    notAsked:
      '¿No pidió un código? Entonces alguien escribió su dirección, quizás por error. Puede olvidar este correo: ' +
      'sin el código nadie entra.',
    never: 'No dé este código a nadie. Nunca lo pedimos por teléfono ni por correo.',
  },
  staffLink: {
    'sign-in': {
      subject: ({ organization }) => `Su enlace para entrar en Send Secure (${organization})`,
      title: 'Iniciar sesión',
      intro: 'Pidió un enlace para entrar en las páginas del personal. Aquí está:',
      button: 'Iniciar sesión',
      notAsked: '¿No lo pidió usted? Entonces olvide este correo. El enlace solo sirve donde se pidió.',
    },
    'add-address': {
      subject: ({ organization }) => `Añadir esta dirección a su cuenta de Send Secure (${organization})`,
      title: 'Añadir esta dirección',
      intro: 'Pidió añadir esta dirección a su cuenta en las páginas del personal. Siga aquí:',
      button: 'Añadir esta dirección',
      notAsked:
        '¿No lo pidió usted? Entonces olvide este correo: sin el enlace, esta dirección no se añade a nadie.',
    },
    validUntil: ({ minutes, clock }) =>
      `Sirve una vez, durante ${minutes} minutos, hasta las ${clock}, y solo en el navegador en que lo pidió.`,
    never: 'No pase este enlace a nadie. Nunca lo pedimos por teléfono ni por correo.',
  },
  bounce: {
    subject: ({ who }) => `No entregado: su mensaje a ${who}`,
    title: 'Su mensaje no se entregó',
    intro: ({ moment, count }) => `El mensaje que usted envió el ${moment} no llegó a ${people(count)}:`,
    others: 'Esto no afecta a las demás personas a las que escribió.',
    nextTitle: 'Qué puede hacer',
    forHelpDesk: ({ detail }) => `Para el servicio de ayuda: ${detail}`,
    failure: {
      'no-such-mailbox': {
        what: 'No existe ningún buzón con esta dirección.',
        next: 'Revise cómo está escrita, o pida a la persona la dirección correcta. Después envíelo otra vez.',
      },
      'mailbox-closed': {
        what: 'El buzón está cerrado y no recibe correo.',
        next: 'Pida a la persona otra dirección.',
      },
      'mailbox-full': {
        what: 'El buzón está lleno.',
        next: 'Llame a la persona, o pruebe otra vez dentro de unos días.',
      },
      'no-such-domain': {
        what: 'La parte después de la @ no existe, o no recibe correo.',
        next: 'Revise lo que está después de la @. Después envíelo otra vez.',
      },
      'bad-address': {
        what: 'Esta no es una dirección de correo que pueda funcionar.',
        next: 'Revise si la dirección tiene errores. Después envíelo otra vez.',
      },
      refused: {
        what: 'Su servidor de correo lo rechazó. Quizás lo toma por correo no deseado, o tiene una regla en contra.',
        next: 'Contacte a la persona de otra forma, y dé los datos de abajo a su servicio de ayuda.',
      },
      'not-authenticated': {
        what: 'Su servidor de correo no pudo comprobar que el correo es realmente nuestro.',
        next: 'Dé los datos de abajo a su servicio de ayuda. Alguien tiene que cambiar un ajuste.',
      },
      'too-large': {
        what: 'El mensaje es demasiado grande para su servidor de correo.',
        next: 'Envíelo sin el archivo más grande, o en varios correos.',
      },
      'no-connection': {
        what: 'No pudimos llegar a su servidor de correo.',
        next: 'Pruebe más tarde. Si falla otra vez, contacte a la persona de otra forma.',
      },
      'no-tls': {
        what: 'No fue posible una línea segura con su servidor de correo. Por eso no lo enviamos.',
        next: 'Escriba "send secure" en el asunto y envíelo otra vez. Así lo leen en nuestro sitio web.',
      },
      'timed-out': {
        what: 'Lo intentamos durante varios días y no pudimos entregarlo.',
        next: 'Revise la parte después de la @, o contacte a la persona de otra forma.',
      },
      loop: {
        what: 'El mensaje daba vueltas entre servidores de correo.',
        next: 'Dé los datos de abajo a su servicio de ayuda. Alguien tiene que cambiar un ajuste.',
      },
      'not-supported': {
        what: 'Su servidor de correo no puede recibir un correo de este tipo.',
        next: 'Envíelo otra vez como texto simple, o contacte a la persona de otra forma.',
      },
      busy: {
        what: 'Su servidor de correo está ocupado o no funciona.',
        next: 'Pruebe más tarde. Si falla otra vez, contacte a la persona de otra forma.',
      },
      unknown: {
        what: 'Su servidor de correo no lo aceptó y no dio una razón clara.',
        next: 'Pruebe otra vez. Si vuelve a fallar, dé los datos de abajo a su servicio de ayuda.',
      },
    },
  },
  delay: {
    subject: ({ who }) => `Con retraso: su mensaje a ${who}`,
    title: 'Su mensaje llega con retraso',
    intro: ({ moment, count }) =>
      `El mensaje que usted envió el ${moment} todavía no llegó a ${people(count)}. Seguimos intentando:`,
    until: ({ moment }) =>
      `Lo intentamos hasta el ${moment}. Si hasta entonces no se puede, le escribimos otra vez.`,
    nothingToDo:
      'No tiene que hacer nada. Por favor, no lo envíe otra vez. Si es urgente, llame a la persona.',
    waitsHere: ({ moment, count }) =>
      `El mensaje que usted envió el ${moment} todavía no salió para ${people(count)}. Espera en nuestro propio ` +
      'sistema de correo, y las personas que lo atienden ya lo saben:',
    waitsHereUntil: 'Le escribimos otra vez si no puede salir.',
  },
  passedOn: {
    subject: ({ who }) => `Pasado al siguiente servidor: su mensaje a ${who}`,
    title: 'Su mensaje pasó al siguiente servidor',
    intro: ({ moment }) =>
      `Pidió que le avisáramos de la llegada del mensaje que envió el ${moment}. El siguiente servidor lo tomó para:`,
    noNews: 'Ese servidor no nos avisa de la llegada. Si lo devuelve, recibirá usted un correo que lo dice.',
  },
  returned: {
    title: 'Su mensaje no se envió',
    intro: ({ moment, count }) => `El mensaje que usted envió el ${moment} no salió para ${people(count)}:`,
    reason: {
      'message-too-large': {
        what: 'El mensaje con todos sus archivos es demasiado grande para un mensaje seguro.',
        next:
          'Envíe los archivos en varios mensajes, o hágalos más pequeños, por ejemplo con menos calidad ' +
          'al escanear.',
      },
      'attachment-too-large': {
        what: 'Un archivo es demasiado grande para un mensaje seguro.',
        next: 'Haga el archivo más pequeño, por ejemplo con menos calidad al escanear, o divídalo en varios archivos.',
      },
      'no-answer': {
        what: 'Le preguntamos si debía salir seguro, y no recibimos respuesta.',
        next: 'Envíelo otra vez. Si es privado, escriba las dos palabras "send secure" en el asunto.',
      },
      'stopped-by-officer': {
        what: 'Habría ido a un número inusual de personas de fuera, y su responsable de seguridad no lo dejó salir.',
        next: 'Hable con su responsable de seguridad antes de enviarlo otra vez.',
      },
      cancelled: {
        what: 'Todavía esperaba para salir cuando las personas que atienden nuestro sistema de correo lo detuvieron.',
        next: 'Pregunte el motivo a su servicio de ayuda antes de enviarlo otra vez.',
      },
      'record-changed': {
        what: 'Alguien cambió sus datos en nuestro sistema de correo mientras esperaba. Por eso lo detuvimos.',
        next: 'Avise a su servicio de ayuda. Después envíelo otra vez.',
      },
    },
    nothingLeft: 'No salió nada de este mensaje.',
  },
  notForMe: {
    subject: ({ who }) => `¿Otra persona? ${who} dice que su mensaje no es para ellos`,
    title: 'Quizás su mensaje llegó a otra persona',
    intro: ({ who, moment }) => `El ${moment}, alguien en ${who} nos dijo que su mensaje no es para ellos.`,
    locked: 'Bloqueamos esta copia enseguida. Ya no se puede abrir.',
    notOpened: 'Antes no se había abierto.',
    opened: ({ moment }) => `Antes se había abierto, la primera vez el ${moment}.`,
    next: 'Por favor, revise la dirección y envíe el mensaje otra vez a la correcta.',
    nextOpened:
      'Por favor, revise la dirección, envíe el mensaje otra vez a la correcta y avise a la persona encargada de ' +
      'la privacidad en su organización.',
  },
  wrongRecipient: {
    subject: ({ who }) => `Destinatario equivocado: un mensaje a ${who}`,
    title: 'Un mensaje llegó al destinatario equivocado',
    intro: ({ author, moment }) => `${author} nos lo dijo el ${moment}.`,
    locked: 'Esta copia está bloqueada. Ya no se puede abrir.',
    relayed: 'Salió como correo normal: no podemos bloquearlo ni ver si se leyó.',
    notOpened: 'Antes no se había abierto.',
    opened: ({ moment }) => `Antes se había abierto, la primera vez el ${moment}.`,
    kept: 'El lector guardó una copia. El bloqueo no alcanza las copias guardadas.',
    sheet: 'La hoja del incidente, con lo que dice el registro:',
  },
  suspectMail: {
    subject: 'Alguien recibió un correo falso en nuestro nombre',
    title: 'Un correo falso en nuestro nombre',
    intro: ({ moment }) =>
      `El ${moment} alguien preguntó en nuestro sitio web si un correo es auténtico. No es nuestro. Esto es lo que vimos:`,
    from: 'Dice que es de',
    leadsTo: 'Los enlaces llevan a',
    code: 'Código del mensaje',
    codes: {
      ours: 'uno nuestro, copiado en un correo con otros enlaces',
      unknown: 'no corresponde a la dirección',
      none: 'ninguno que se pudiera comprobar',
    },
    signature: 'Nuestra firma',
    signatures: { ours: 'es válida', broken: 'no es válida', none: 'ninguna' },
    reportedFor: 'Llegó a',
    nothing: 'ninguno',
    next:
      'Le dijimos a esa persona que no siga los enlaces. No guardamos el correo: si lo necesita, pídaselo. ' +
      'Bloquee los sitios de arriba y avise a los demás si llegan más correos como este.',
    limits:
      'Los puntos y signos de las direcciones están escritos para que nadie las siga. Del mismo correo falso le avisamos una vez al día.',
  },
  askedAgain: {
    subject: ({ who }) => `Le necesita: ${who} pide su mensaje`,
    title: 'Alguien pide su mensaje',
    intro: ({ who, moment }) => `${who} quiere leer el mensaje que usted envió el ${moment}, y no puede.`,
    why: {
      locked: ({ when }) => `Está bloqueado desde el ${when}.`,
      expired: ({ when }) => `Se podía leer hasta el ${when}. Esa fecha ya pasó.`,
      'needs-release': ({ when }) =>
        `Ya lo había abierto, y el ${when} puso una contraseña nueva por correo. Desde entonces, lo que se abrió antes sigue cerrado.`,
    },
    wrote: 'Escribió:',
    makeSure:
      'Por favor, asegúrese de que es esa persona, mejor por teléfono: un buzón robado podría pedirlo igual.',
    button: 'Verlo y responder',
    nothingHappens: 'Allí basta un clic. Si no responde, sigue cerrado.',
    noPage: 'Sigue cerrado. Si debe leerlo, por favor envíeselo otra vez.',
    gone: 'Ya no guardamos este mensaje. Si debe leerlo, por favor envíeselo otra vez.',
  },
  otherWay: {
    subject: {
      call: ({ who }) => `Le necesita: ${who} pide una llamada`,
      letter: ({ who }) => `Le necesita: ${who} pide una carta`,
      somebody: ({ who }) => `Le necesita: ${who} quiere que le lean su mensaje`,
    },
    title: 'Alguien pide otra forma',
    intro: ({ who, moment, chosen }) =>
      `El ${chosen}, ${who} abrió el enlace de su mensaje del ${moment} y eligió otra forma que nuestro sitio web.`,
    way: {
      call: () => 'Quiere que usted le llame.',
      letter: () => 'Quiere recibirlo por carta.',
      somebody: ({ name }) => `Quiere que ${name} se lo lea.`,
    },
    wrote: 'Escribió, para que usted le encuentre:',
    makeSure:
      'Cualquiera que tenga el enlace pudo pedirlo. Primero asegúrese de que es esa persona: use el teléfono o la dirección que ya conoce. Antes no cuente nada.',
    stillThere: 'Todavía puede leer el mensaje en nuestro sitio web.',
    thenDone: 'Cuando esté hecho, dígalo en la página del mensaje. Lo que escribió se borra entonces.',
    button: 'Abrir la página del mensaje',
  },
  granted: 'Usted pidió leer este mensaje. Ya puede abrirlo otra vez.',
  reminder: {
    subject: ({ subject }) => `Recordatorio: ${subject}`,
    waits: 'Este mensaje todavía le espera.',
  },
  notOpened: {
    subject: ({ who }) => `Sin abrir: su mensaje a ${who}`,
    title: 'Su mensaje todavía no se ha abierto',
    intro: ({ who, moment }) => `${who} no ha abierto el mensaje que usted envió el ${moment}.`,
    reminded: 'Se lo recordamos una vez por correo.',
    next: 'Si no puede esperar, llame a esa persona. Si la dirección puede estar mal, envíe el mensaje a la correcta.',
    stillReadable: ({ day }) => `Todavía se puede leer hasta el ${day}. Recibirá un correo cuando se abra.`,
    once: 'Recibe este correo una sola vez por persona.',
  },
  summary: summaryInSpanish,
  reply: {
    via: ({ writer }) => `${writer} por Send Secure`,
    footer: ({ writer }) =>
      `${writer} escribió esto en nuestro sitio web seguro. Responda como siempre: su respuesta vuelve allí, protegida.`,
  },
  replyFailed: {
    subject: ({ organization }) => `Su respuesta a ${organization} no se entregó`,
    title: 'Su respuesta no se entregó',
    intro: ({ organization, moment }) =>
      `La respuesta que usted escribió en el sitio seguro de ${organization} el ${moment} no llegó a esta persona:`,
    next: 'Llame a esa persona si no puede esperar. También puede abrir otra vez el mensaje y responder a otra persona.',
    kept: 'Lo que escribió no se ha perdido: está en la lista de sus mensajes.',
    button: 'Abrir mis mensajes',
  },
  access: {
    asked: {
      subject: ({ organization }) => `Alguien pide leer un mensaje que le enviaron a usted (${organization})`,
      title: '¿Puede alguien leer su mensaje?',
      text: ({ organization }) =>
        `A usted le llegó un correo sobre un mensaje seguro de ${organization}. Alguien que recibió ese correo de ` +
        'usted o de otra persona pide leer también el mensaje:',
      button: 'Responder',
      after: 'Entre y elija sí o no. Si no hace nada, no podrá leerlo.',
    },
    given: {
      subject: ({ organization }) => `Puede leer mensajes seguros de otra persona (${organization})`,
      title: 'Puede leer en nombre de otra persona',
      text: ({ organization }) =>
        `Alguien le permite leer los mensajes seguros de ${organization} que le llegan:`,
      button: 'Leer los mensajes',
      after:
        'Entre con su propia dirección y contraseña. ¿Aún no tiene cuenta? Allí puede crear una. A quien escribió ' +
        'se le dice que usted lee, y para quién.',
    },
    'given-owner': {
      subject: ({ organization }) => `Alguien puede leer ahora los mensajes que le envían (${organization})`,
      title: 'Alguien puede leer sus mensajes',
      text: ({ organization }) =>
        `En su cuenta para mensajes seguros de ${organization} se permitió a alguien leer lo que le envían:`,
      button: 'Verlo o terminarlo',
      after: '¿No fue usted? Termínelo allí ahora. Después ponga una contraseña nueva y avísenos:',
    },
    refused: {
      subject: ({ organization }) => `No puede leer ese mensaje (${organization})`,
      title: 'La respuesta es no',
      text: ({ organization }) =>
        `Pidió leer un mensaje seguro de ${organization} que enviaron a otra persona. Esa persona dijo que no.`,
      button: 'Mis mensajes',
      after: 'Si necesita saber qué dice, pregunte a quien lo envió.',
    },
    over: {
      subject: ({ organization }) => `Ya no lee mensajes de otra persona (${organization})`,
      title: 'Ya no lee para otra persona',
      text: ({ organization }) => `Ya no puede leer los mensajes seguros de ${organization} que le llegan:`,
      button: 'Mis mensajes',
      after: 'Sus propios mensajes siguen igual.',
    },
    address: 'Enviado a',
    reader: 'Quién lee',
    until: 'Hasta',
  },
  accountChange: {
    ...credentialChanges,
    'hand-over-code': handOverCode,
    'account-created': {
      subject: ({ organization }) => `Su cuenta para mensajes seguros de ${organization}`,
      title: 'Su cuenta está lista',
      text: ({ organization, moment }) =>
        `El ${moment} se creó una cuenta para que usted lea los mensajes seguros de ${organization}. ` +
        'Desde ahora, inicie sesión con su dirección de correo y la contraseña que eligió.',
    },
    'password-changed': {
      subject: ({ organization }) => `Se cambió su contraseña (${organization})`,
      title: 'Se cambió su contraseña',
      text: ({ organization, moment }) =>
        `El ${moment} se cambió la contraseña de su cuenta para mensajes seguros de ${organization}.`,
    },
    'password-reset': {
      subject: ({ organization }) => `Se restableció su contraseña (${organization})`,
      title: 'Se restableció su contraseña',
      text: ({ organization, moment }) =>
        `El ${moment} se puso una contraseña nueva en su cuenta para mensajes seguros de ${organization}, ` +
        'con un código que enviamos por correo. Se cerró la sesión en todos los navegadores.',
    },
    'address-added': {
      subject: ({ organization }) => `Una dirección de correo nueva en su cuenta (${organization})`,
      title: 'Se agregó una dirección de correo',
      text: ({ organization, moment }) =>
        `El ${moment} se agregó una dirección de correo a su cuenta para mensajes seguros de ${organization}.`,
    },
    'address-removed': {
      subject: ({ organization }) => `Se quitó una dirección de correo de su cuenta (${organization})`,
      title: 'Se quitó una dirección de correo',
      text: ({ organization, moment }) =>
        `El ${moment} se quitó una dirección de correo de su cuenta para mensajes seguros de ${organization}. ` +
        'Lo que se le envió antes ya no se puede leer.',
    },
    'account-deleted': {
      subject: ({ organization }) => `Se eliminó su cuenta (${organization})`,
      title: 'Se eliminó su cuenta',
      text: ({ organization, moment }) =>
        `El ${moment} se eliminó su cuenta para mensajes seguros de ${organization}. Lo que se envió antes a esta ` +
        'dirección ya no se puede leer, tampoco si otra persona la recibe después. Si le llega un mensaje seguro ' +
        'nuevo, puede crear otra cuenta con su enlace.',
    },
    notYou: '¿No fue usted? Entonces quizás entró otra persona. Por favor, avísenos enseguida:',
    notYouNew: '¿No fue usted? Por favor, avísenos:',
  },
  resetWaits,
  resetStarted,
  partnerReport: {
    subject: ({ first, count }) => `Hay asociados que requieren atención: ${first} (${count} en total)`,
    title: 'El correo a sus asociados requiere su atención',
    kind: {
      'route-broken': {
        title: 'El canal ya no se puede comprobar',
        next:
          'Nada sale sin protección: el correo espera y después va como mensaje seguro. ' +
          'Pregunte al asociado qué ha cambiado; la página de abajo tiene un texto para él.',
      },
      'server-not-verified': {
        title: 'Uno de varios servidores no se puede comprobar',
        next: 'El correo llega todavía por los demás. Avise al asociado antes de que fallen.',
      },
      'certificate-expires': {
        title: 'Un certificado caduca pronto',
        next: 'Si el asociado no lo renueva, desde ese día el correo espera y después va como mensaje seguro.',
      },
      'policy-not-confirmed': {
        title: 'La política de correo publicada ya no se puede leer',
        next: 'La última conocida vale hasta el día indicado. Pregunte al asociado si funciona el sitio de su política.',
      },
      'agreement-ends': {
        title: 'Un acuerdo de asociado comercial termina',
        next: 'Renuévelo y anote la nueva fecha en la lista de asociados.',
      },
    },
    more: 'Todos los asociados, con lo encontrado y desde cuándo:',
  },
};
