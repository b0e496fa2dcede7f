/* Runs in any browser, however old: says in plain words when this one can't open secure messages. */
(function () {
  var root = document.getElementById('app');
  if (!root) return;
  var insecure = 'isSecureContext' in window && !window.isSecureContext;
  var modern =
    'noModule' in document.createElement('script') &&
    typeof Promise !== 'undefined' &&
    typeof BigInt !== 'undefined' &&
    typeof AggregateError !== 'undefined' &&
    typeof ReadableStream !== 'undefined' &&
    'replaceAll' in String.prototype;
  var canDecrypt = !!(window.crypto && window.crypto.subtle);
  if (modern && canDecrypt) return;
  document.documentElement.setAttribute('data-floor', 'below');
  var lines = insecure
    ? [
        ['h1', 'This page needs a safe connection'],
        [
          'p',
          'The address in the bar at the top must begin with https. Open the link from your email again.',
        ],
        ['h2', 'Esta página necesita una conexión segura', 'es'],
        [
          'p',
          'La dirección de la barra superior debe empezar por https. Abra de nuevo el enlace de su correo.',
          'es',
        ],
      ]
    : [
        ['h1', 'This browser is too old for secure messages'],
        [
          'p',
          'Please update it, or open the link from your email on another phone or computer. These work: Chrome 95 or newer, Safari 14 or newer, Firefox 102 or newer, Edge 95 or newer.',
        ],
        ['h2', 'Este navegador es demasiado antiguo para los mensajes seguros', 'es'],
        [
          'p',
          'Actualícelo, o abra el enlace de su correo en otro teléfono u ordenador. Sirven: Chrome 95, Safari 14, Firefox 102, Edge 95 o más recientes.',
          'es',
        ],
      ];
  root.innerText = '';
  var main = document.createElement('div');
  main.className = 'floor';
  main.setAttribute('role', 'main');
  for (var i = 0; i < lines.length; i++) {
    var element = document.createElement(lines[i][0]);
    element.appendChild(document.createTextNode(lines[i][1]));
    if (lines[i][2]) element.setAttribute('lang', lines[i][2]);
    main.appendChild(element);
  }
  root.appendChild(main);
})();
