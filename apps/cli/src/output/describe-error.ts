import { AppError } from '@muster/protocol/errors/app-error';
import { docsPathOf, ERROR_CODES, type ErrorCode } from '@muster/protocol/errors/codes';
import { z } from 'zod';
import { EnvError } from '@muster/runtime/env';
import { SetupError } from '@muster/runtime/setup-error';
import { stripControls } from '@muster/runtime/strip-controls';
import { UsageError } from '../usage-error.ts';

/** An error as a person or a program reads it. */
export interface ErrorReport {
  code: string;
  message: string;
  hint: string;
  /** Page in the repository; null for mistakes on the command line, whose help is `--help`. */
  docs: string | null;
  issues?: unknown;
}

/** What the codes advise, in the words of this program's options. */
const HINTS: Partial<Record<ErrorCode, string>> = {
  RPC_UNAVAILABLE: 'Check --rpc: the URL of an RPC of the chain that the server follows.',
};

export const EXIT_REFUSED = 1;
export const EXIT_USAGE = 2;

/** What to say of anything that was thrown, and the exit code for it. */
export function describeError(error: unknown, { url }: { url: string }): { report: ErrorReport; exitCode: number } {
  if (error instanceof UsageError)
    return { report: { code: 'USAGE', message: error.message, hint: error.hint, docs: null }, exitCode: EXIT_USAGE };
  if (error instanceof EnvError) return { report: ofCode('CONFIG_INVALID', error.message), exitCode: EXIT_USAGE };
  if (error instanceof SetupError) return { report: ofCode(error.code, `${error.message}.`, error.hint), exitCode: EXIT_USAGE };
  const app = AppError.fromWire(error);
  if (app) return { report: ofApp(app), exitCode: EXIT_REFUSED };
  if (isNetworkFailure(error))
    return {
      report: ofCode(
        'UNAVAILABLE',
        `No Muster server answers at ${url}.`,
        'Check --url or MUSTER_URL, and that it runs there; `npm start` starts one here.',
      ),
      exitCode: EXIT_REFUSED,
    };
  return { report: ofCode('INTERNAL', messageOf(error)), exitCode: EXIT_REFUSED };
}

const issueSchema = z.object({ path: z.string(), message: z.string(), hint: z.string().optional(), line: z.number().optional() });

/** `error CODE: message`, then every mistake of several, then the hint, then where to read more. What is in it may be a node's word, or a container's. */
export function formatError({ code, message, hint, docs, issues }: ErrorReport): string {
  const parsed = z.array(issueSchema).safeParse(issues);
  // A single one is the message already.
  const several = parsed.success && parsed.data.length > 1 ? parsed.data : [];
  const lines = several.map((issue) => {
    const where = [issue.path, issue.line === undefined ? '' : `(line ${issue.line})`].filter((part) => part !== '').join(' ');
    return `  ${where}: ${issue.message}${issue.hint === undefined ? '' : `. ${issue.hint}`}`;
  });
  return stripControls(
    [`error ${code}: ${message}`, ...lines, `  hint: ${hint}`, ...(docs === null ? [] : [`  docs: ${docs}`])].join('\n'),
  );
}

function ofApp(error: AppError): ErrorReport {
  const { issues } = error.data;
  const hint = HINTS[error.code] ?? error.hint;
  const report = { code: error.code, message: error.publicMessage, hint, docs: error.docsUrl };
  return issues === undefined ? report : { ...report, issues };
}

function ofCode(code: ErrorCode, message: string, hint?: string): ErrorReport {
  return { code, message, hint: hint ?? ERROR_CODES[code].hint, docs: docsPathOf(code) };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** fetch says `TypeError: fetch failed` with the system's word as its cause; a proxy or another server answers something that is no JSON. */
function isNetworkFailure(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1) {
    if (cause.name === 'TimeoutError' || cause instanceof SyntaxError || cause.message === 'fetch failed') return true;
    if ('code' in cause && typeof cause.code === 'string' && /^(E[A-Z]+|UND_ERR_\w+)$/.test(cause.code)) return true;
  }
  return false;
}
