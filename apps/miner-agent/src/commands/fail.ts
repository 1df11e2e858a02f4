import { AppError } from '@muster/protocol/errors/app-error';
import { docsPathOf, type ErrorCode } from '@muster/protocol/errors/codes';
import { causeChain } from '@muster/runtime/cause-chain';
import { SetupError } from '@muster/runtime/setup-error';
import { SettingsError } from '../settings/settings-error.ts';
import { print } from './print.ts';

/** What asking again will never change: whatever restarts the agent should leave it (docs/adr/0085). */
const FOR_GOOD: ReadonlySet<string> = new Set<ErrorCode>(['RUN_CLOSED', 'NODE_BANNED', 'NODE_OWNED_BY_ANOTHER_PROVIDER']);

/** 2: a setting is wrong; 3: refused for good; 1: everything else. */
function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError || AppError.is(error, 'CONFIG_INVALID')) return 2;
  return error instanceof AppError && FOR_GOOD.has(error.code) ? 3 : 1;
}

/** What is wrong, what lies behind it, the way out, and where to read more; a stack trace only for what nobody foresaw. */
export function fail(error: unknown): void {
  process.exitCode = exitCodeOf(error);
  print(describe(asForeseen(error)), process.stderr);
}

/** The system's refusal of a file is no bug of ours, wherever it came up: its path says what to look at. */
export function asForeseen(error: unknown): unknown {
  if (error instanceof SetupError) return error;
  if (AppError.is(error, 'INTERNAL')) {
    const cause = asForeseen(error.cause);
    return cause instanceof SetupError ? cause : error;
  }
  if (!(error instanceof Error) || !('code' in error && 'path' in error) || !REFUSALS.has(String(error.code))) return error;
  return new SetupError(
    'DATA_DIR_UNUSABLE',
    `${String(error.path)} cannot be used (${causeChain(error)})`,
    'Check its owner and permissions, the space on its disk, or name another one.',
    { cause: error },
  );
}

const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EISDIR', 'ENOTDIR']);

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
