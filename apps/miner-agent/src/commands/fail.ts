import { AppError } from '@muster/protocol/errors/app-error';
import { KeyError } from '@muster/runtime/key-file';

/** One line that names the cause, one with the way out; a stack trace only for what nobody foresaw. */
export function fail(error: unknown): void {
  process.exitCode = 1;
  if (error instanceof AppError) {
    process.stderr.write(`${error.code}: ${error.publicMessage}\n${error.hint ? `  ${error.hint}\n` : ''}`);
    if (error.code === 'CONFIG_INVALID') process.exitCode = 2;
  } else if (error instanceof KeyError) {
    process.stderr.write(`${error.code}: ${error.message}\n  ${error.hint}\n`);
  } else {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
}
