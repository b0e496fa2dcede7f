/** Páginas de ayuda en español. */
import type { HelpTexts } from './help-texts.ts';

export const help: HelpTexts = [
  {
    slug: 'read',
    audience: 'recipient',
    title: 'Cómo leer su mensaje',
    blocks: [
      'Ha recibido un correo que dice que le espera un mensaje seguro. Ese correo no contiene nada privado. Así se lee el mensaje:',
      {
        steps: [
          'Abra el **enlace del correo**. Verá quién envió el mensaje.',
          'Elija **Enviarme el código**. Enviamos 6 cifras al mismo buzón. Así sabemos que es suyo.',
          '**Escriba el código.** Puede salir de la página para buscarlo y volver.',
          '**Elija cómo entrar.** Lo más rápido es su huella, su cara o el PIN de su dispositivo: una clave de acceso. O elija una contraseña. Cuatro palabras seguidas valen; le proponemos algunas.',
          'Su mensaje se abre. Los archivos adjuntos se pueden ver o guardar.',
        ],
      },
      {
        note: 'El código solo hace falta la primera vez. La próxima vez abra el enlace y use su clave de acceso o su contraseña.',
      },
      { h: 'Conviene saber' },
      {
        list: [
          'Quien lo envió recibe un aviso cuando el mensaje se abre en su cuenta.',
          'El mensaje queda aquí hasta la fecha que se indica. Guarde o imprima lo que quiera conservar más tiempo.',
          'Tras 15 minutos sin actividad se cierra la sesión. Eso le protege en ordenadores compartidos.',
          'Una respuesta por correo normal **no** va protegida. No ponga en ella cosas privadas.',
        ],
      },
      '{helpLine}',
    ],
  },
  {
    slug: 'no-code',
    audience: 'recipient',
    title: 'No llega el código',
    blocks: [
      {
        steps: [
          'Espere dos o tres minutos. Algunos buzones tardan.',
          'Mire en la carpeta de **spam** o **correo no deseado**, y en «Otros» o «Promociones» si su buzón las tiene.',
          'Compruebe que mira en el **buzón correcto**: la página muestra su principio y su final.',
          'Elija **Enviar un código nuevo**. Use siempre el correo más nuevo; los códigos anteriores dejan de servir.',
        ],
      },
      'Un código sirve 10 minutos y 5 intentos. Para protegerle, enviamos como mucho 5 códigos por hora y 10 al día.',
      'Si su correo se reenvía a otro buzón, el código hace el mismo camino.',
      '¿Sigue sin llegar? Pregunte a quien le escribió, o llame a la línea de ayuda. {helpLine}',
    ],
  },
  {
    slug: 'is-this-real',
    audience: 'recipient',
    title: '¿Es auténtico este correo?',
    blocks: [
      'Hace bien en tener cuidado. Un correo auténtico nuestro se reconoce así:',
      {
        list: [
          'El asunto termina con un **código entre paréntesis**, como `7K4‑2QF‑9XM`.',
          'El enlace empieza por `{publicUrl}`.',
          'El correo **no lleva archivos** ni imágenes.',
          'Nunca le pedimos datos del banco, de la tarjeta ni contraseñas anteriores.',
        ],
      },
      'Puede comprobarlo sin el enlace: escriba usted la dirección de este sitio, abra [¿Es auténtico mi correo?](/check) y escriba el código del asunto y su dirección.',
      '¿El correo le parece raro? [Dénoslo](/help/fake) y le decimos si es nuestro.',
      {
        note: 'Si no conoce al remitente o algo le parece raro, no abra el enlace. Llame a un número que ya tenga. {helpLine}',
      },
    ],
  },
  {
    slug: 'password',
    audience: 'recipient',
    title: 'He olvidado la contraseña',
    blocks: [
      {
        steps: [
          'Abra otra vez el enlace del correo, o vaya a [Entrar](/sign-in).',
          'Elija **¿Ha olvidado la contraseña?**',
          'Le enviamos un código. Escríbalo y elija una contraseña nueva.',
        ],
      },
      'Después, los mensajes nuevos se abren enseguida. Los que **ya abrió** quedan cerrados al principio: quien entrara en su buzón también podría pedir una contraseña nueva. Abra ese mensaje y elija **Pedir leerlo**: quien lo envió puede abrírselo.',
      '¿Tenía una **clave de acceso**? Está en pausa hasta que la use una vez en **Mi cuenta**. Entonces sus mensajes de antes se abren otra vez.',
      '¿Tenía un **segundo paso**? También pedimos su código. Si perdió la aplicación y los códigos de recuperación, elija **Perdí los dos**. Podrá seguir después de 24 horas. Hasta entonces cada una de sus direcciones puede detenerlo.',
      '{helpLine}',
    ],
  },
  {
    slug: 'questions',
    audience: 'recipient',
    title: 'Preguntas y respuestas',
    blocks: [
      { h: '¿Cuesta algo?' },
      'No. Tampoco necesita ningún programa, solo un navegador.',
      { h: '¿Qué navegadores sirven?' },
      'Chrome 95, Safari 14, Firefox 102, Edge 95 o más recientes, en el teléfono, la tableta o el ordenador.',
      { h: '¿Quién puede leer mi mensaje?' },
      'Se descifra en su navegador, después de que usted demuestre que el buzón es suyo. Nuestros servidores lo guardan cifrado.',
      { h: 'Este mensaje no es para mí. ¿Qué hago?' },
      'Abra el enlace y elija **Esto no es para mí**. El mensaje se bloquea y se avisa a quien lo envió. Gracias.',
      { h: 'El mensaje está bloqueado o ya no se guarda' },
      'Quien lo envió o la organización pueden bloquear un mensaje. Además, los mensajes se guardan un tiempo limitado. Abra el enlace: dice qué pasó. Elija **Pedir leerlo**, y quien lo envió puede abrírselo.',
      { h: 'No puedo o no quiero leerlo aquí' },
      'Abra el enlace y elija **Quiero recibirlo de otra forma**. Pida una llamada o una carta, o nombre a alguien que se lo lea. Se avisa a quien lo envió.',
      { h: 'Me piden un código o unas palabras que no llegaron por correo' },
      'En algunos mensajes, quien lo envió le dice un código o unas palabras **por teléfono**. Llame a un número que ya tenga.',
      { h: 'Nunca me llega un correo con el código' },
      'Llame a la línea de ayuda. Comprueban quién es usted y le pueden dar un código por teléfono. Escríbalo en lugar del que va por correo.',
      { h: '¿Cómo guardo un archivo adjunto?' },
      'Elija **Guardar** junto a su nombre. Va a las descargas de su dispositivo. Los PDF, las imágenes y los textos también se pueden ver enseguida.',
      { h: 'Comparto mi buzón con otra persona' },
      'Quien pueda leer el buzón puede pedir un código. Para cosas privadas use un buzón propio y una contraseña que solo usted conozca.',
      { h: '¿Por qué faltan imágenes?' },
      'Las imágenes que vendrían de otros sitios web no se cargan: avisan a otros de que usted está leyendo.',
    ],
  },
  {
    slug: 'send',
    audience: 'sender',
    title: 'Cómo enviar un mensaje seguro',
    blocks: [
      { note: 'Escriba `send secure` en cualquier lugar del asunto. Eso es todo.' },
      {
        steps: [
          'Escriba su correo como siempre, en el programa de correo de siempre.',
          'Ponga `send secure` en el asunto, por ejemplo: `send secure Sus resultados`.',
          'Envíelo. En menos de un minuto recibe un correo **Secured: …** que dice cómo se protegió para cada destinatario.',
          'Cuando el destinatario lo abre, recibe un correo **Opened: …**',
        ],
      },
      '¿Demasiados correos? El enlace **Cuánto correo recibe** de cada uno le da un solo resumen al día. Si algo falla o espera su respuesta, le escribimos enseguida.',
      { h: 'Esto vale' },
      {
        list: [
          '`send secure`: dos palabras, mejor en minúsculas',
          '`SEND SECURE`, `Send Secure`: las mayúsculas no importan',
          '`sendsecure`: junto',
          '`send   secure`: con más espacios',
          '`Re: [send secure] su pregunta`: con texto antes o después',
        ],
      },
      { h: 'Esto no vale' },
      {
        list: [
          '`send your message secure`: otras palabras en medio',
          '`send-secure`, `send, secure`: signos en medio',
          '`Send Securemessage`: una palabra unida a otra',
        ],
      },
      'Si se acerca mucho, detenemos el correo y le preguntamos. Lea [Cuando el código está mal escrito](/help/near-misses).',
      {
        note: 'En el asunto, por favor, nada de nombres, fechas de nacimiento ni números de pacientes. Otros pueden ver por el camino lo que está en el asunto.',
      },
      'Dentro de {organization} no hace falta el código, y las respuestas en una conversación protegida van protegidas sin él.',
      'Siga ante todo las normas de su centro. Para pacientes, lea [Primero el portal del paciente](/help/patient-portal).',
    ],
  },
  {
    slug: 'confidential-data',
    audience: 'sender',
    title: 'Qué hay que proteger',
    blocks: [
      '{policy}',
      'Siempre que escriba a una dirección fuera de {organization}, pregúntese: ¿haría daño a alguien que un extraño leyera esto?',
      { h: 'Información de salud protegida (PHI)' },
      'Todo lo que trate de la salud, la atención o el pago de la atención de una persona y se pueda relacionar con ella. **Tiene que** salir cifrado. Ejemplos:',
      {
        list: [
          'nombre, dirección, fecha de nacimiento, teléfono o número de historia junto con un diagnóstico, un resultado, una fecha de tratamiento o una factura',
          'imágenes, cartas, derivaciones, recetas, resultados de laboratorio',
          'el solo hecho de que alguien sea paciente',
        ],
      },
      { h: 'Otros datos personales' },
      {
        list: [
          'números de seguro social, pasaporte, cuentas y tarjetas',
          'expedientes del personal, sueldos, evaluaciones, solicitudes',
        ],
      },
      { h: 'Otros datos confidenciales' },
      'Datos cuya pérdida o robo haría daño a {organization}, a su dueño o a las personas de las que tratan: investigación sin publicar, inventos, contratos, planes de seguridad. También se deben proteger.',
      { note: '¿No está seguro? Entonces no lo envíe en un correo normal. Use el código.' },
    ],
  },
  {
    slug: 'near-misses',
    audience: 'sender',
    title: 'Cuando el código está mal escrito',
    blocks: [
      '¿Escribió `sned secure`, `send-secure` o `secure send`? Entonces creemos que quería poner el código. No sale nada. En segundos recibe un correo **Needs you: …** con dos opciones:',
      {
        list: ['**Enviarlo protegido ahora**: sale como mensaje seguro.', '**No enviar**: se descarta.'],
      },
      'Si no hace nada, sale **protegido** a los 30 minutos. Nunca sale sin protección por sí solo.',
      'Si no recibió ni un correo «Needs you» ni uno «Secured», el código no se reconoció. Corrija el asunto y envíe el correo otra vez.',
      'Los destinatarios dentro de {organization} reciben el correo enseguida en cualquier caso.',
    ],
  },
  {
    slug: 'receipts',
    audience: 'sender',
    title: 'Los avisos, y qué significa que falten',
    blocks: [
      'Por cada mensaje seguro recibe:',
      {
        list: [
          '**Secured: …** enseguida, uno por todo el correo. Enumera a cada destinatario y cómo va protegido el correo para esa persona.',
          '**Opened: …** cuando un destinatario lo abre, uno por destinatario. Significa: abierto en la cuenta de esa dirección.',
          '**Not delivered: …** si no se puede entregar el aviso al destinatario.',
        ],
      },
      { h: 'Falta el correo «Secured»' },
      'Entonces el correo **no** se reconoció como seguro. Mire el asunto: ¿está `send secure`? Si no está, salió como correo normal.',
      { h: 'Falta el correo «Opened»' },
      'Entonces el destinatario todavía no lo ha abierto, o el correo fue por un canal verificado. En ese caso llega como correo normal a su buzón y nadie puede ver si se leyó. El correo «Secured» lo dice para cada destinatario.',
      'Guarde los avisos si más tarde debe poder mostrar que algo se envió protegido.',
    ],
  },
  {
    slug: 'partners',
    audience: 'sender',
    title: 'Socios con canal verificado',
    blocks: [
      'Con algunas organizaciones tenemos un canal que siempre va cifrado y cuyo otro extremo está verificado (TLS). El correo para ellas no necesita el código. Con el código no cambia nada: llega como correo normal y va protegido por el camino.',
      'Si ese canal no se puede verificar, el correo espera un rato y después sale como mensaje seguro. Nunca sale sin cifrar.',
      'El correo «Secured» le dice qué camino hizo cada copia.',
      '¿No sabe si alguien es uno de esos socios? Use el código. Nunca está de más.',
    ],
  },
  {
    slug: 'limits',
    audience: 'sender',
    title: 'Qué tamaño puede tener un mensaje',
    blocks: [
      { list: ['el mensaje seguro entero: **10 MB**', 'cada archivo adjunto: **7,5 MB**'] },
      'Se cuenta como ocupan los archivos en su disco. Un correo más grande vuelve a usted con el motivo; no ha salido nada de él.',
      'Qué ayuda: enviar varios mensajes, guardar las imágenes más pequeñas o reunir documentos en un PDF.',
      'Para archivos más grandes, pregunte a su responsable de seguridad qué vía ofrece su centro.',
    ],
  },
  {
    slug: 'laptop-encryption',
    audience: 'sender',
    title: 'Mi portátil está cifrado. ¿Y mi correo?',
    blocks: [
      { note: 'No. Un portátil cifrado no cifra su correo.' },
      'El cifrado de su portátil o teléfono protege lo que **está en el aparato**: si lo roban, nadie puede leer el disco.',
      'Un correo **sale** del aparato. Por el camino pasa por otros ordenadores, y al final está en el buzón de otra persona. Allí el cifrado de su portátil no hace nada.',
      'Por eso, para el correo hacia fuera necesita `send secure`, use el aparato que use.',
    ],
  },
  {
    slug: 'patient-portal',
    audience: 'sender',
    title: 'Primero el portal del paciente',
    blocks: [
      '{patientPortal}',
      'Si su centro tiene un portal del paciente o mensajería clínica, úselos primero para información de salud:',
      {
        list: [
          'para **pacientes**: el portal del paciente. El mensaje queda en la historia, y el paciente conoce el lugar.',
          'para **otros profesionales**: la mensajería clínica de su centro.',
        ],
      },
      'Use `send secure` donde eso no sea posible: para un paciente sin acceso al portal, una consulta externa, una aseguradora, un familiar que participa en la atención.',
      'Las normas de su centro van primero. Si duda, pregunte a su responsable de seguridad.',
    ],
  },
  {
    slug: 'sender-questions',
    audience: 'sender',
    title: 'Preguntas y respuestas para quien envía',
    blocks: [
      { h: '¿Necesito un programa o un certificado?' },
      'No. Funciona en cualquier programa de correo y en su teléfono.',
      { h: '¿Lo necesita el destinatario?' },
      'No. Basta un navegador. La primera vez tarda más o menos un minuto.',
      { h: '¿Qué ve el destinatario en su buzón?' },
      'Un correo con el nombre de usted, el de {organization} y un enlace. Normalmente su asunto se cambia por uno neutro. Está dentro del mensaje seguro.',
      { h: '¿Puedo usarlo con varios destinatarios?' },
      'Sí. Cada uno de fuera recibe una copia propia. Los de dentro de {organization} reciben su correo como siempre.',
      { h: '¿La respuesta también va protegida?' },
      'Una respuesta normal del destinatario no va protegida. Las respuestas de usted en la conversación sí, sin el código.',
      { h: '¿Cuánto tiempo se guarda el mensaje?' },
      'Un año desde el envío y al menos 90 días desde la primera apertura, salvo que su centro haya decidido otra cosa.',
      { h: 'Fue a la persona equivocada. ¿Qué hago?' },
      'Avise enseguida a su responsable de seguridad. El destinatario también puede elegir **Esto no es para mí**; entonces el mensaje se bloquea y usted recibe un aviso.',
      { h: '¿Todo necesita el código?' },
      'No. Solo lo que hay que proteger; lea [Qué hay que proteger](/help/confidential-data).',
    ],
  },
  {
    slug: 'help-desk',
    audience: 'sender',
    title: 'Quién ayuda',
    blocks: [
      '{helpDesk}',
      '{securityOfficer}',
      'Si tiene preguntas sobre el envío, hable con el servicio de ayuda de su centro. Dígale el código del correo «Secured», no el contenido del mensaje.',
      'Si tiene preguntas sobre qué se puede enviar, hable con su responsable de seguridad o de privacidad.',
      'Los destinatarios pueden llamar a la línea de ayuda. {helpLine}',
      { note: 'Nadie del servicio de ayuda necesita nunca su contraseña ni la de un destinatario.' },
    ],
  },
];
