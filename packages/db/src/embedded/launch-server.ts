import type { ChildProcess } from 'node:child_process';
import { open, readFile, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Binaries } from './binaries.ts';
import { pathsOf } from './cluster.ts';
import { explainServerOutput } from './explain-output.ts';
import { findPostmaster, stopPostmaster } from './postmaster.ts';
import type { RunAs } from './run-as.ts';
import { serverArgs } from './settings.ts';

const START_TIMEOUT_MS = 60_000;
const LOG_LIMIT_BYTES = 10_000_000;
const PORT_TRIES = 5;
const ORPHANS_MS = 15_000;
const ORPHANS_LOOK_MS = 100;

interface LaunchOptions {
  dataDir: string;
  port: number;
  binaries: Binaries;
  runAs: RunAs;
  signal?: AbortSignal;
  settings?: Record<string, string>;
}

/**
 * Starts the server and waits until it takes connections. With port 0 it moves on when another program takes the port first; after a
 * server that was killed it waits for its backends, which notice and end as soon as they get to run.
 */
export async function launchServer(options: LaunchOptions): Promise<{ pid: number; port: number }> {
  const patientUntil = Date.now() + ORPHANS_MS;
  for (let portTries = 1; ;) {
    const port = options.port === 0 ? await freePort() : options.port;
    try {
      return { pid: await launchOn(port, options), port };
    } catch (error) {
      if (isOrphaned(error) && Date.now() < patientUntil) {
        await sleep(ORPHANS_LOOK_MS);
        continue;
      }
      const taken = AppError.is(error, 'PORT_IN_USE');
      if (!taken || options.port !== 0 || portTries++ === PORT_TRIES) throw error;
    }
  }
}

const isOrphaned = (error: unknown): boolean => AppError.is(error, 'DATA_DIR_UNUSABLE') && error.data['reason'] === 'orphans';

async function launchOn(port: number, options: LaunchOptions): Promise<number> {
  const { dataDir, binaries, runAs, signal, settings } = options;
  const { cluster, log } = pathsOf(dataDir);
  if (((await stat(log).catch(() => undefined))?.size ?? 0) > LOG_LIMIT_BYTES) await truncate(log);
  // A file, not a pipe: the server may outlive us, and must not die of a broken pipe then.
  const handle = await open(log, 'a', 0o600);
  const start = (await handle.stat()).size;
  let child: ChildProcess;
  try {
    const args = serverArgs({ cluster, port, ...(settings ? { settings } : {}) });
    // Its own process group: a Ctrl-C in the terminal must not stop it before our pool is closed.
    child = runAs.spawn(binaries.postgres, args, { cwd: cluster, detached: true, stdio: ['ignore', handle.fd, handle.fd] });
  } finally {
    await handle.close();
  }
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  child.once('error', () => ended.abort());
  const ready = await waitUntilReady(dataDir, signal ? AbortSignal.any([signal, ended.signal]) : ended.signal);
  if (ready && child.pid !== undefined) {
    child.unref();
    return child.pid;
  }
  if (child.pid !== undefined) await stopPostmaster(child.pid);
  signal?.throwIfAborted();
  throw explainServerOutput((await readFile(log, 'utf8')).slice(start), { dataDir });
}

async function waitUntilReady(dataDir: string, signal: AbortSignal): Promise<boolean> {
  const { cluster, pidFile } = pathsOf(dataDir);
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && !signal.aborted; await sleep(10)) {
    if ((await findPostmaster(cluster, pidFile))?.ready === true) return true;
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}
