import type { LogSnapshot } from './log-buffer.ts';
import { lastRewrite, stripAnsi } from './ansi.ts';

/** Ids of the lines that contain the words, whatever their case; none for an empty search. */
export function findLines({ blocks }: LogSnapshot, search: string): number[] {
  const needle = search.toLowerCase();
  if (needle === '') return [];
  const found: number[] = [];
  for (const { records } of blocks) {
    for (const { id, text } of records) if (stripAnsi(lastRewrite(text)).toLowerCase().includes(needle)) found.push(id);
  }
  return found;
}

export type Piece = { text: string; hit: boolean };

/** Cuts a text where the searched words stand in it. */
export function splitHits(text: string, search: string): Piece[] {
  if (search === '') return [{ text, hit: false }];
  const pieces: Piece[] = [];
  const haystack = text.toLowerCase();
  const needle = search.toLowerCase();
  // Lower-casing a few letters changes their length; then positions would be off, so such a text stays whole.
  if (haystack.length !== text.length) return [{ text, hit: haystack.includes(needle) }];
  let from = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), hit: false });
    pieces.push({ text: text.slice(at, at + needle.length), hit: true });
    from = at + needle.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}
