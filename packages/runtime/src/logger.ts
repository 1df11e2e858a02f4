import { destination, pino, stdSerializers, type Logger as PinoLogger } from 'pino';
import pretty from 'pino-pretty';

export type Logger = PinoLogger;

export interface LoggerOptions {
  name: string;
  level?: string;
  /** For people. Defaults to whether the output is a terminal. */
  pretty?: boolean;
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
  const { name, level = 'info', fd = 1 } = options;
  const forPeople = options.pretty ?? (fd === 1 ? process.stdout.isTTY : process.stderr.isTTY) ?? false;
  const stream = forPeople
    ? pretty({ colorize: true, sync: true, destination: fd, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true })
    : destination({ fd, sync: true });
  return createLoggerTo(stream, { name, level });
}

/** The same logger over any stream: for tests and for programs that multiplex several logs. */
export function createLoggerTo(stream: { write(line: string): void }, options: { name: string; level?: string }): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    stream,
  );
}
