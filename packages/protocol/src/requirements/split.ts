/** A part of the text and where it begins, so that an error can point at it. */
export type Piece = { readonly text: string; readonly start: number };
export type Item = { readonly key: Piece; readonly value: Piece | undefined };

/** The items between the commas, each split at its first colon. A text of nothing but space has none. */
export function splitItems(text: string): Item[] {
  if (text.trim() === '') return [];
  return splitPiece({ text, start: 0 }, ',').map(splitItem);
}

function splitItem(item: Piece): Item {
  const colon = item.text.indexOf(':');
  if (colon < 0) return { key: trimPiece(item), value: undefined };
  const value = trimPiece({ text: item.text.slice(colon + 1), start: item.start + colon + 1 });
  return { key: trimPiece({ text: item.text.slice(0, colon), start: item.start }), value: value.text === '' ? undefined : value };
}

export function splitPiece(piece: Piece, separator: string): Piece[] {
  let start = piece.start;
  return piece.text.split(separator).map((text) => {
    const part = { text, start };
    start += text.length + separator.length;
    return part;
  });
}

export function trimPiece({ text, start }: Piece): Piece {
  return { text: text.trim(), start: start + text.length - text.trimStart().length };
}
