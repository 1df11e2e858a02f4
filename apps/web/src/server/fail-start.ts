import { AppError } from '@muster/protocol/errors/app-error';
import { docsPathOf, type ErrorCode } from '@muster/protocol/errors/codes';
import { SetupError } from '@muster/runtime/setup-error';

/** Says why the server cannot start and what to do about it; a stack trace only for what nobody foresaw. */
export function failStart(error: unknown): void {
  process.exitCode = 1;
  process.stderr.write(`${describe(error)}\n`);
}

function describe(error: unknown): string {
  if (AppError.is(error)) return inWords(error.code, error.publicMessage, error.hint);
  if (error instanceof SetupError) return inWords(error.code, `${error.message}.`, error.hint);
  return `Muster cannot start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

const inWords = (code: ErrorCode, message: string, hint: string): string =>
  `Muster cannot start: ${message}\n  ${hint}\n  ${code}: see ${docsPathOf(code)}`;
