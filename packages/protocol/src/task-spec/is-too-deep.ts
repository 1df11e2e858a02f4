import { Lexer, Parser } from 'yaml';

/** A task spec goes four levels deep; each is up to two entries of the parser's stack. */
const MAX_OPEN = 32;

/**
 * Whether YAML text nests further than any task spec. Asked before it is composed, which goes down one call per level: near the end of the
 * stack V8 may find no room to compile a regular expression, and that ends the process without an exception that anybody could catch.
 */
export function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme));
    if (parser.stack.length > MAX_OPEN) return true;
  }
  return false;
}
