import { describe, expect, it } from 'vitest';
import { explainServerOutput } from './explain-output.ts';

/** Each line is what PostgreSQL 18 printed when it was brought into that state. */
const CASES = [
  ['2026-01-01 00:00:00.000 UTC [1] FATAL:  could not write lock file "postmaster.pid": No space left on device', 'DISK_FULL', undefined],
  ['initdb: error: could not write to file "/data/x": No space left on device', 'DISK_FULL', undefined],
  [
    'FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 10\nHINT:  Check free disk space.',
    'DISK_FULL',
    undefined,
  ],
  ['PANIC:  could not write to file "pg_wal/xlogtemp.42": No space left on device', 'DISK_FULL', undefined],
  [
    'FATAL:  database files are incompatible with server\nDETAIL:  The data directory was initialized by PostgreSQL version 17',
    'DATA_DIR_UNUSABLE',
    'version',
  ],
  ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', 'PORT_IN_USE', undefined],
  ['FATAL:  lock file "postmaster.pid" already exists\nHINT:  Is another postmaster (PID 42) running?', 'DATA_DIR_UNUSABLE', 'busy'],
  ['FATAL:  pre-existing shared memory block (key 42, ID 7) is still in use', 'DATA_DIR_UNUSABLE', 'orphans'],
  ['FATAL:  data directory "/data" has wrong ownership', 'DATA_DIR_UNUSABLE', 'permissions'],
  ['PANIC:  could not locate a valid checkpoint record at 0/1', 'STATE_CORRUPT', undefined],
] as const;

describe('explainServerOutput', () => {
  it.each(CASES)('reads %s', (output, code, reason) => {
    const error = explainServerOutput(output, { dataDir: '/data' });
    expect(error).toMatchObject({ code, data: reason === undefined ? {} : { reason } });
    expect(error.hint).not.toBe('');
  });

  it('quotes the last fatal line of what it does not know', () => {
    const error = explainServerOutput('LOG:  starting\nFATAL:  something new\nLOG:  shut down', { dataDir: '/data' });
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(error.publicMessage).toContain('FATAL:  something new');
    expect(error.hint).toContain('/data/postgres.log');
  });
});
