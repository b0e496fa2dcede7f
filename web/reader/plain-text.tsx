/** Plain text as it was typed, with its web addresses as links that open apart. */
import type { ComponentChildren } from 'preact';

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;

/** Punctuation behind an address belongs to the sentence. */
function splitTail(address: string): [string, string] {
  const match = /^(.*?)([.,;:!?)\]}'"]*)$/s.exec(address);
  return [match?.[1] ?? address, match?.[2] ?? ''];
}

function withLinks(text: string): ComponentChildren[] {
  const pieces: ComponentChildren[] = [];
  let end = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const [address, tail] = splitTail(found[0]);
    pieces.push(
      text.slice(end, found.index),
      <a href={address} target="_blank" rel="noopener noreferrer">
        {address}
      </a>,
      tail,
    );
    end = (found.index ?? 0) + found[0].length;
  }
  pieces.push(text.slice(end));
  return pieces;
}

export function PlainText({ text }: { readonly text: string }) {
  return (
    <div class="text" dir="auto">
      {withLinks(text.replace(/\r\n?/g, '\n').trimEnd())}
    </div>
  );
}
