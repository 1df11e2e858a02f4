import { createLogger } from '@muster/runtime/logger';
import { startEmbeddedPostgres } from '../embedded/start-postgres.ts';

/** A process for tests to kill: holds the embedded server of the directory in argv, and prints its address once it runs. */
const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('usage: hold-postgres.ts <data directory>');
const server = await startEmbeddedPostgres({ dataDir, logger: createLogger({ name: 'hold', level: 'error' }) });
console.log(JSON.stringify({ url: server.url, pid: server.pid }));
process.stdin.resume();
