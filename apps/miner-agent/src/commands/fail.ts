import { AppError } from '@muster/protocol/errors/app-error';
import { docsPathOf, type ErrorCode } from '@muster/protocol/errors/codes';
import { causeChain } from '@muster/runtime/cause-chain';
import { SetupError } from '@muster/runtime/setup-error';
import { SettingsError } from '../settings/settings-error.ts';

/** What is wrong, what lies behind it, the way out, and where to read more; a stack trace only for what nobody foresaw. */
export function fail(error: unknown): void {
  process.exitCode = error instanceof SettingsError || AppError.is(error, 'CONFIG_INVALID') ? 2 : 1;
  process.stderr.write(`${describe(error)}\n`);
}

function describe(error: unknown): string {
  if (error instanceof SettingsError) return `Bad configuration:\n  ${error.message.replaceAll('\n', '\n  ')}`;
  if (error instanceof AppError && error.code !== 'INTERNAL') return inWords(error.code, error.publicMessage, error);
  if (error instanceof SetupError) return inWords(error.code, error.message, error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function inWords(code: ErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }): string {
  const behind = code === 'RPC_UNAVAILABLE' ? [`  cause: ${causeChain(cause)}`] : [];
  return [`${code}: ${message}`, ...behind, `  hint: ${hint}`, `  docs: ${docsPathOf(code)}`].join('\n');
}
