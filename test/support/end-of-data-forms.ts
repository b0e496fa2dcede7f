/** The octets with which a smuggler tries to end a mail (test/fixtures/smtp/end-of-data-forms.json). */
import { readFileSync } from 'node:fs';

import { octetsOf } from '#test/peers/smtp-dialog.ts';

export interface EndOfDataForm {
  readonly id: string;
  readonly raw: Buffer;
  /** Holds a bare CR, a bare LF or a NUL. */
  readonly bare: boolean;
}

interface Fixture {
  readonly forms: readonly { readonly id: string; readonly octets: string; readonly bare: boolean }[];
  readonly control: { readonly octets: string };
}

/** The sixteen that are none. */
export function readEndOfDataForms(): EndOfDataForm[] {
  return readFixture().forms.map(({ id, octets, bare }) => ({ id, bare, raw: octetsOf(octets) }));
}

/** The one that is. */
export function readTrueEndOfData(): Buffer {
  return octetsOf(readFixture().control.octets);
}

function readFixture(): Fixture {
  const file = new URL('../fixtures/smtp/end-of-data-forms.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Fixture;
}

/** True where line ends are CR LF alone, NUL is absent, and each line of `wire` that begins with a dot begins with two. */
export function isCleanOnTheWire(wire: Buffer): boolean {
  const text = wire.toString('latin1');
  return !/[\r\n\0]/u.test(text.replaceAll('\r\n', '')) && !/(?:^|\r\n)\.(?!\.)/u.test(text);
}
