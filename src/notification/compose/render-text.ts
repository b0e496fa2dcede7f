/** Blocks as plain text: wrapped at 72 characters, every link alone on its line, readable without any rendering. */
import type { Block, Section } from './block.ts';

const WIDTH = 72;
export const RULE = '-'.repeat(40);

/** The whole text with LF line ends, one empty line between blocks, a rule between languages. */
export function renderText(sections: readonly Section[]): string {
  const parts = sections.map((section) => section.blocks.map((block) => renderBlock(block)).join('\n\n'));
  return `${parts.join(`\n\n${RULE}\n\n`)}\n`;
}

/** One block without a line end at its end. `complete` fills slots before lines are measured. */
export function renderBlock(block: Block, complete: (words: string) => string = (words) => words): string {
  switch (block.kind) {
    case 'title':
    case 'heading':
    case 'paragraph':
    case 'note':
      return wrap(complete(block.text), '');
    case 'action':
      return `${wrap(`${complete(block.label)}:`, '')}\n\n${complete(block.url)}`;
    case 'link':
      return `${wrap(complete(block.lead), '')}\n${complete(block.url)}`;
    case 'facts':
      return block.rows.map(([label, value]) => wrap(`${label}: ${complete(value)}`, '  ')).join('\n');
    case 'list':
      return block.items.map((item) => wrap(`- ${complete(item)}`, '  ')).join('\n');
    case 'digits':
      return `    ${complete(block.text)}`;
  }
}

/** Breaks at spaces; a word longer than a line keeps its length. Lines after the first begin with `indent`. */
function wrap(text: string, indent: string): string {
  if (text.length <= WIDTH) return text;
  let wrapped = '';
  let line = '';
  for (const word of text.split(' ')) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= WIDTH) line += ` ${word}`;
    else {
      wrapped += `${line}\n`;
      line = indent + word;
    }
  }
  return wrapped + line;
}
