import type { Piece } from './split.ts';

/** Thrown inside the parser only: which piece of the text is wrong, and what to write instead. */
export class RequirementMistake extends Error {
  constructor(
    readonly piece: Piece,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}
