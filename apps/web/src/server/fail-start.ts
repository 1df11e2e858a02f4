import { AppError } from '@muster/protocol/errors/app-error';
import { KeyError } from '@muster/runtime/key-file';

/** Says why the server cannot start and what to do about it; a stack trace only for what nobody foresaw. */
export function failStart(error: unknown): void {
  process.exitCode = 1;
  process.stderr.write(`${describe(error)}\n`);
}

function describe(error: unknown): string {
  if (AppError.is(error)) return `Muster cannot start: ${error.publicMessage}\n  ${error.hint}\n  See ${error.docsUrl}`;
  if (error instanceof KeyError) return `Muster cannot start: ${error.message}.\n  ${error.hint}`;
  return `Muster cannot start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
