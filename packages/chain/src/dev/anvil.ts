import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { every } from '@muster/runtime/poll';
import { anvilBinary } from './anvil-binary.ts';
import { backUpState, recoverState, type StateRecovery } from './anvil-state.ts';
import { endWithUs } from './watchdog.ts';
import { forgetPid, notePid, stopSurvivor } from './anvil-survivor.ts';

export interface AnvilOptions {
  /** 0 (default) takes a free one. */
  port?: number;
  host?: string;
  chainId?: number;
  /** Keeps the chain in this file over restarts; without it the chain is gone with the process. */
  statePath?: string;
  /** Seconds per block; absent, a block is mined per transaction and none while idle. */
  blockTime?: number;
  startTimeoutMs?: number;
}

export interface Anvil {
  rpcUrl: string;
  port: number;
  chainId: number;
  pid: number;
  /** Whether an earlier chain was loaded, and from which copy. */
  state: StateRecovery;
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Saves the state and ends the process. */
  stop(): Promise<void>;
}

/** Seconds between two saves. Anvil rewrites the whole file each time, about 2 kB per block. */
const SAVE_INTERVAL_S = 2;
const BACKUP_INTERVAL_MS = 15_000;

/**
 * Starts a local chain with the well-known dev accounts.
 *
 * `--state FILE --state-interval 2`, tried with Anvil 1.7.1: block hashes, logs, receipts, nonces and timestamps are the
 * same after a restart by SIGTERM, and after `kill -9` but for the last interval's blocks. `--state` alone loses everything
 * on `kill -9`. The file is not replaced atomically, hence the backup (anvil-state.ts). State at past blocks (a call at an
 * old block number) needs `--preserve-historical-states`, which nothing here uses and which doubles the file.
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const { port = 0, host = '127.0.0.1', chainId = 31337, statePath, blockTime, startTimeoutMs = 30_000 } = options;
  const state = statePath ? await prepareState(statePath) : 'none';
  const child = spawn(
    anvilBinary(),
    [
      '--host',
      host,
      '--port',
      String(port),
      '--chain-id',
      String(chainId),
      ...(blockTime === undefined ? [] : ['--block-time', String(blockTime), '--mixed-mining']),
      ...(statePath === undefined ? [] : ['--state', statePath, '--state-interval', String(SAVE_INTERVAL_S)]),
    ],
    // A group of its own: Ctrl-C in a terminal must reach our shutdown first, not the chain under it.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((done) => {
    child.once('exit', (code, signal) => done({ code, signal }));
    child.once('error', () => done({ code: null, signal: null }));
  });
  if (child.pid !== undefined) void exited.then(endWithUs(child.pid));
  const address = await untilListening(child, startTimeoutMs);
  const { pid } = child;
  if (pid === undefined) throw new Error('Anvil has no process id.');
  const backups = new AbortController();
  if (statePath) {
    await notePid(statePath, pid);
    void keepBackups(statePath, backups.signal);
  }

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    backups.abort();
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(force);
    if (statePath) {
      await backUpState(statePath, 0);
      await forgetPid(statePath);
    }
  }
  return {
    rpcUrl: `http://${host}:${address.port}`,
    port: address.port,
    chainId,
    pid,
    state,
    exited,
    stop: () => (stopping ??= stop()),
  };
}

async function prepareState(statePath: string): Promise<StateRecovery> {
  await mkdir(dirname(statePath), { recursive: true });
  await stopSurvivor(statePath);
  return recoverState(statePath);
}

async function keepBackups(statePath: string, signal: AbortSignal): Promise<void> {
  let mtimeMs = 0;
  await every(
    BACKUP_INTERVAL_MS,
    async () => {
      mtimeMs = await backUpState(statePath, mtimeMs);
    },
    // A full disk is reported where it matters; the next turn tries again.
    { signal, onError: () => undefined },
  );
}

/** Waits for the line that names the port. The rest of the output is drained, else the pipe fills and Anvil blocks. */
function untilListening(child: ChildProcess, timeoutMs: number): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => fail(`did not listen within ${timeoutMs} ms`), timeoutMs);
    function onData(chunk: Buffer): void {
      output = (output + chunk.toString()).slice(-8192);
      const port = /Listening on [^\s]*:(\d+)/.exec(output)?.[1];
      if (!port) return;
      clearTimeout(timer);
      child.off('exit', onExit);
      for (const stream of [child.stdout, child.stderr]) stream?.off('data', onData).resume();
      resolve({ port: Number(port) });
    }
    function onExit(code: number | null): void {
      fail(`exited with ${code}`);
    }
    function fail(problem: string): void {
      clearTimeout(timer);
      child.kill('SIGKILL');
      const inUse = /in use/i.test(output) ? ' The port is in use: stop what listens there, or choose another.' : '';
      reject(new Error(`Anvil ${problem}.${inUse} Its last words: ${output.trim().split('\n').slice(-3).join(' ').slice(-300)}`));
    }
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('exit', onExit);
    child.once('error', (error) => fail(error.message));
  });
}
