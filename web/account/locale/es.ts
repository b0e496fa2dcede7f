/** Spanish texts of the account page. */
import type { AccountTexts } from './en.ts';

export const es: AccountTexts = {
  title: 'Mi cuenta',
  toMessages: 'Volver a mis mensajes',

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
