/** First and last line of a text that streams by as UTF-8, in bounded memory: the subject code is looked for there. */

const MAX_CHARACTERS = 200;
/** Four bytes a character, and room for blanks before it. */
const MAX_LINE_BYTES = 1_200;
const LF = 0x0a;

export class BodyLines {
  #first = '';
  #last = '';
  /** The line that has begun. */
  #open: Buffer = Buffer.alloc(0);

  add(utf8: Buffer): void {
    let from = 0;
    const firstEnd = utf8.indexOf(LF);
    if (firstEnd === -1) {
      this.#append(utf8, 0, utf8.length);
      return;
    }
    this.#append(utf8, 0, firstEnd);
    this.#closeLine();
    from = firstEnd + 1;
    // Until the first line is known go forward; after that only the last lines of the piece matter.
    while (this.#first === '') {
      const end = utf8.indexOf(LF, from);
      if (end === -1) break;
      this.#note(utf8, from, end);
      from = end + 1;
    }
    from = this.#noteLastLine(utf8, from);
    this.#append(utf8, from, utf8.length);
  }

  finish(): void {
    this.#closeLine();
  }

  get first(): string {
    return this.#first;
  }

  get last(): string {
    return this.#last;
  }

  /** Looks backwards for the last complete line with text; returns where the incomplete one begins. */
  #noteLastLine(utf8: Buffer, from: number): number {
    const lastEnd = utf8.lastIndexOf(LF);
    if (lastEnd < from) return from;
    let end = lastEnd;
    while (end > from) {
      const before = utf8.lastIndexOf(LF, end - 1);
      const start = Math.max(before + 1, from);
      if (this.#note(utf8, start, end)) break;
      end = start - 1;
    }
    return lastEnd + 1;
  }

  #append(utf8: Buffer, from: number, to: number): void {
    const room = MAX_LINE_BYTES - this.#open.length;
    if (room <= 0 || to <= from) return;
    this.#open = Buffer.concat([this.#open, utf8.subarray(from, Math.min(to, from + room))]);
  }

  #closeLine(): void {
    this.#note(this.#open, 0, this.#open.length);
    this.#open = Buffer.alloc(0);
  }

  #note(utf8: Buffer, from: number, to: number): boolean {
    const end = Math.min(to, from + MAX_LINE_BYTES);
    const line = utf8.toString('utf8', from, end).trim();
    if (line === '') return false;
    const shown = firstCharacters(line);
    if (this.#first === '') this.#first = shown;
    this.#last = shown;
    return true;
  }
}

/** Cut between characters, never inside one. */
function firstCharacters(line: string): string {
  if (line.length <= MAX_CHARACTERS) return line;
  const isInside = /[\ud800-\udbff]/u.test(line.charAt(MAX_CHARACTERS - 1));
  return line.slice(0, isInside ? MAX_CHARACTERS - 1 : MAX_CHARACTERS);
}
