/** The one error of everything that does not authenticate: whoever changed the octets learns nothing from it. */
export class DamagedMessage extends Error {
  readonly code = 'message-damaged';
  constructor() {
    super('the message does not authenticate');
  }
}
