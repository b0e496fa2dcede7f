/** Spanish texts of the account page. */
import type { AccountTexts } from './en.ts';

export const es: AccountTexts = {
  title: 'Mi cuenta',
  toMessages: 'Volver a mis mensajes',

  signInAgain: 'Entrar de nuevo',

  failure: {
    'sign-in-again': 'Para proteger su cuenta, entre de nuevo antes de cambiar esto.',
    'address-wrong': 'Eso no es una dirección de correo. Busque un error al escribir.',
    'address-yours': 'Esta dirección ya está en su cuenta.',
    'address-taken':
      'Esta dirección tiene su propia cuenta. Entre con ella y elimine antes esa cuenta, o use las dos.',
    'address-unknown': 'Esta dirección ya no está en su cuenta.',
    'last-address': 'Su cuenta necesita una dirección. Agregue antes otra.',
    'too-many-addresses': 'Hay demasiadas direcciones en su cuenta. Quite antes una.',
    'password-wrong': 'Esa no es su contraseña. Escriba la que tiene ahora.',
    'access-gone': 'Esto ya se respondió o terminó.',
    'date-wrong': 'Elija un tiempo que no haya pasado.',
    'too-many-readers': 'Ya hay demasiadas personas que leen con usted. Termine antes con una.',
    'account-changed': 'Su cuenta se cambió en otra ventana. Inténtelo de nuevo.',
  },

  addresses: {
    title: 'Sus direcciones de correo',
    lead: 'Los mensajes a todas están en una sola lista. Puede entrar con cualquiera.',
    label: 'Otra dirección suya',
    add: 'Agregar esta dirección',
    codeSent: (address) => `Enviamos un código de 6 cifras a ${address}. Sirve durante 10 minutos.`,
    confirm: 'Confirmar',
    rests:
      'Usted puso una contraseña nueva con otra dirección. Por seguridad, confirme esta. Hasta entonces no sirve para poner una contraseña nueva.',
    confirmName: (address) => `Confirmar ${address}`,
    confirmed: (address) => `${address} está confirmada.`,
    added: (address) => `Se agregó ${address}.`,
    remove: 'Quitar',
    removeName: (address) => `Quitar ${address}`,
    removeTitle: '¿Quitar esta dirección?',
    removeText:
      'Los mensajes que llegaron a ella ya no se podrán leer: ni usted, ni quien reciba la dirección después. No se puede deshacer.',
    removeYes: 'Quitarla',
    removed: (address) => `Se quitó ${address}.`,
  },

  password: {
    title: 'Su contraseña',
    current: 'La contraseña que tiene ahora',
    show: 'Mostrar las dos contraseñas',
    hide: 'Ocultar las dos contraseñas',
    save: 'Cambiar la contraseña',
    done: 'Se cambió su contraseña.',
    others: 'Entonces se cierra la sesión en todos los demás navegadores.',
  },

  access: {
    title: 'Quién más puede leer',
    lead: 'Puede permitir que alguien lea los mensajes que le llegan. Entra con su propia dirección. A quienes escriben se les dice quién leyó, y para quién.',
    requests: 'Espera su respuesta',
    asks: (reader, address) => `${reader} pide leer un mensaje que se envió a ${address}.`,
    asksOnly: 'Diga que sí solo si conoce a esta persona. Podrá leer este mensaje, no los demás.',
    allow: 'Sí, que lo lea',
    refuse: 'No',
    rests: (reader) =>
      `Usted puso una contraseña nueva por correo. Por seguridad, ${reader} no puede leer desde entonces. ¿Puede leer otra vez?`,
    allowAgain: 'Sí, que lea otra vez',
    allowed: (reader) => `${reader} ya puede leer. Se lo hemos dicho.`,
    refused: 'No podrá leerlo. Se lo hemos dicho.',
    end: 'Terminar',
    ended: 'Ya no puede leer.',
    leave: 'Dejar de leer',
    left: 'Ya no lee para esta dirección.',
    readsFor: 'Usted lee para otros',
    all: (address) => `Todos los mensajes a ${address}.`,
    one: (address) => `Un mensaje a ${address}.`,
    until: (day) => `Hasta el ${day}.`,
    noEnd: 'Hasta que se termine.',
    reader: 'Dirección de la persona',
    readerHint: 'Su propia dirección, no una compartida.',
    which: 'Mensajes a',
    howLong: 'Por cuánto tiempo',
    days: (count) => (count === 365 ? 'Un año' : `${count} días`),
    shared: 'Hasta que yo lo termine (dirección compartida)',
    give: 'Permitir que lea',
  },

  deletion: {
    title: 'Eliminar su cuenta',
    lead: 'Aquí puede cerrar su cuenta. Guarde antes lo que todavía necesite.',
    begin: 'Eliminar mi cuenta',
    question: '¿Eliminar su cuenta?',
    goesTitle: 'Qué desaparece',
    goes: 'Su forma de entrar, sus ajustes y las respuestas que no envió. Todos los mensajes a sus direcciones se cierran para siempre: ya nadie puede leerlos aquí, tampoco quien reciba su dirección después.',
    staysTitle: 'Qué se queda',
    stays: (organization) =>
      `${organization} guarda el registro de quién le envió un mensaje, cuándo se abrió y desde qué cuenta, porque debe poder demostrarlo. Quienes le escribieron conservan lo suyo en sus buzones, y allí están también las respuestas que usted envió.`,
    hold: 'Si un tribunal o la ley obliga a la organización a guardar mensajes, los guarda en sus propios archivos. Eliminar su cuenta no cambia eso ni los abre a nadie.',
    noWayBack: 'No se puede deshacer.',
    yes: 'Sí, eliminarla',
  },

  sessions: {
    title: 'Dónde tiene abierta su cuenta',
    before: (when, browser) => `La vez anterior entró el ${when}${browser === '' ? '' : ` (${browser})`}.`,
    unknownBrowser: 'Otro navegador',
    here: 'Este',
    since: (since, used) => `Entró el ${since}. Último uso: ${used}.`,
    everywhere: 'Cerrar sesión en todas partes',
    notYou: '¿Ve algo que no fue usted? Cierre sesión en todas partes y ponga una contraseña nueva.',
  },

  preferences: {
    title: 'Idioma, fechas y letra',
    language: 'Idioma de las páginas y los correos',
    timeZone: 'Zona horaria para las fechas',
    zoneOfDevice: (zone) => `Como en este dispositivo (${zone})`,
    letters: 'Tamaño de la letra',
    normal: 'Normal',
    larger: 'Más grande',
    save: 'Guardar',
    saved: 'Guardado.',
  },
};
