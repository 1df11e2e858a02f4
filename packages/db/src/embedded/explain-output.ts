import type { AppError } from '@muster/protocol/errors/app-error';
import { databaseError, type DatabaseErrorCode, type DatabaseErrorDetails } from '../database-error.ts';

interface Cause {
  pattern: RegExp;
  code: DatabaseErrorCode;
  message: (dataDir: string) => string;
  hint: string;
  reason?: DatabaseErrorDetails['reason'];
}

/** What PostgreSQL's programs say when they give up, and what a person can do about it. First match wins. */
const CAUSES: Cause[] = [
  {
    pattern: /no space left on device|disk quota exceeded|disk full|check free disk space/i,
    code: 'DISK_FULL',
    message: (dataDir) => `The disk that holds ${dataDir} is full.`,
    hint: 'Free some space and start again: nothing that was acknowledged is lost.',
  },
  {
    pattern: /database files are incompatible with server/i,
    code: 'DATA_DIR_UNUSABLE',
    message: (dataDir) => `The data in ${dataDir} belongs to another version of PostgreSQL.`,
    hint: 'Dump it with the version that wrote it, use another data directory, or for a development database run `npm run reset`.',
    reason: 'version',
  },
  {
    pattern: /could not bind|address already in use/i,
    code: 'PORT_IN_USE',
    message: () => 'The port for the embedded PostgreSQL is in use.',
    hint: 'Stop the program that holds it, or leave the choice of a port to Muster.',
  },
  {
    pattern: /pre-existing shared memory block/i,
    code: 'DATA_DIR_UNUSABLE',
    message: (dataDir) => `What a killed PostgreSQL server has left behind still runs in ${dataDir}.`,
    hint: 'It ends by itself as soon as it can: start again, or stop the `postgres` processes that have this directory.',
    reason: 'orphans',
  },
  {
    pattern: /lock file ".*postmaster\.pid" already exists/i,
    code: 'DATA_DIR_UNUSABLE',
    message: (dataDir) => `Another PostgreSQL server is running in ${dataDir}.`,
    hint: 'Stop the other Muster first, or use another data directory.',
    reason: 'busy',
  },
  {
    pattern: /permission denied|wrong ownership|invalid permissions/i,
    code: 'DATA_DIR_UNUSABLE',
    message: (dataDir) => `The embedded PostgreSQL may not use ${dataDir}.`,
    hint: 'Give that folder to the user that runs Muster, or use another data directory.',
    reason: 'permissions',
  },
  {
    pattern: /could not open file "(global|pg_wal|base)|could not locate a valid checkpoint|invalid checkpoint record|pg_control/i,
    code: 'STATE_CORRUPT',
    message: (dataDir) => `The PostgreSQL data in ${dataDir} is damaged.`,
    hint: 'Restore a backup, or for a development database run `npm run reset`.',
  },
];

/** A typed error with a fix for what initdb or postgres printed before it ended. */
export function explainServerOutput(output: string, options: { dataDir: string; cause?: unknown }): AppError {
  const { dataDir, cause } = options;
  const found = CAUSES.find(({ pattern }) => pattern.test(output));
  if (found)
    return databaseError(found.code, found.message(dataDir), {
      hint: found.hint,
      cause,
      ...(found.reason ? { reason: found.reason } : {}),
    });
  const fatal =
    output
      .split('\n')
      .filter((line) => /FATAL|PANIC|error/i.test(line))
      .at(-1) ??
    output.trim().split('\n').at(-1) ??
    '';
  return databaseError('DATABASE_UNAVAILABLE', `The embedded PostgreSQL did not start: ${fatal.trim() || 'it gave no reason'}`, {
    hint: `Its log is ${dataDir}/postgres.log; or set DATABASE_URL to a PostgreSQL of your own.`,
    cause,
  });
}
