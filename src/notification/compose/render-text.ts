/** Blocks as plain text: wrapped at 72 characters, every link alone on its line, readable without any rendering. */
import type { Block, Section } from './block.ts';

const WIDTH = 72;
const RULE = '-'.repeat(40);

/** The whole text with LF line ends, one empty line between blocks, a rule between languages. */
export function renderText(sections: readonly Section[]): string {
  return `${sections.map((section) => renderBlocks(section.blocks)).join(`\n\n${RULE}\n\n`)}\n`;
}

export function renderBlocks(blocks: readonly Block[]): string {
  return blocks.map(renderBlock).join('\n\n');
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'title':
    case 'heading':
    case 'paragraph':
    case 'note':
      return wrap(block.text, '');
    case 'action':
      return `${wrap(`${block.label}:`, '')}\n\n${block.url}`;
    case 'link':
      return block.url;
    case 'facts':
      return block.rows.map(([label, value]) => wrap(`${label}: ${value}`, '  ')).join('\n');
    case 'list':
      return block.items.map((item) => wrap(`- ${item}`, '  ')).join('\n');
    case 'digits':
      return `    ${block.text}`;
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
