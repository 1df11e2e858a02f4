import { destination, pino, stdSerializers, type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';
import { causeChain } from './cause-chain.ts';
import { stripEscapedControls } from './strip-controls.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  name: string;
  level?: string;
  /** For people. Defaults to whether the output is a terminal. */
  pretty?: boolean;
  /** What a person has read often enough: fields that are the same on every line. */
  unsaid?: readonly string[];
  /** File descriptor: 1 (default) or 2 for a command whose standard output is data. */
  fd?: 1 | 2;
}

const SECRETS = [
  'privateKey',
  'key',
  'secret',
  'signature',
  'authorization',
  'cookie',
  'token',
  'mac',
  'password',
  'env',
  'rawTransaction',
];

/** Secrets at the first three levels: a log call nests no deeper, and a wildcard of any depth would walk every object. */
export const REDACTED_PATHS = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** JSON lines, or coloured ones for a terminal. Writes are synchronous, so that a crash loses none of them. */
export function createLogger(options: LoggerOptions): Logger {
  const { name, level = 'info', fd = 1, unsaid = [] } = options;
  const forPeople = options.pretty ?? (fd === 1 ? process.stdout.isTTY : process.stderr.isTTY) ?? false;
  const stream = forPeople ? prettyTo(fd, unsaid) : destination({ fd, sync: true });
  return createLoggerTo(stream, { name, level });
}

/** What strangers wrote (a registry, a master, a container's command) must not reach the terminal as commands. */
export function prettyTo(destination: 1 | 2 | NodeJS.WritableStream, unsaid: readonly string[] = []): { write(line: string): void } {
  const stream = pretty({
    colorize: true,
    sync: true,
    destination,
    ignore: ['pid', 'hostname', ...unsaid].join(','),
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line) => void stream.write(stripEscapedControls(line)) };
}

/** The same logger over any stream: for tests and for programs that multiplex several logs. */
export function createLoggerTo(stream: { write(line: string): void }, options: { name: string; level?: string }): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      serializers: { err: serializeError, error: serializeError },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    stream,
  );
}

/**
 * An error with a code of ours says what it is in words, with what lies behind it on one line: a refusal is no reason for a stack trace.
 * What nobody foresaw keeps its stack.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (!isCoded(error) || error.code === 'INTERNAL') return unforeseen(error);
  const message = 'publicMessage' in error ? error.publicMessage : error.message;
  const data = 'data' in error ? error.data : undefined;
  return { code: error.code, message, hint: error.hint, data, ...(error.cause === undefined ? {} : { cause: causeChain(error.cause) }) };
}

/** Without the properties that libraries hang on their errors: whole clients, requests, and what is secret in them. */
function unforeseen(error: Error): unknown {
  const { type, message, stack, aggregateErrors } = stdSerializers.err(error);
  const code = 'code' in error ? error.code : undefined;
  return { type, message, code, stack, aggregateErrors };
}

/** PostgreSQL's errors have a code and a hint too, but no name as code. */
const isCoded = (error: Error): error is Error & { code: string; hint: string } =>
  'code' in error &&
  typeof error.code === 'string' &&
  /^[A-Z][A-Z_]+$/.test(error.code) &&
  'hint' in error &&
  typeof error.hint === 'string';
