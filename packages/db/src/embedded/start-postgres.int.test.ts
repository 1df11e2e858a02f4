import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@muster/runtime/logger';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pathsOf } from './cluster.ts';
import { isAlive, stopPostmaster, waitUntilGone } from './postmaster.ts';
import { run } from './run.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './start-postgres.ts';

const HOLDER = fileURLToPath(new URL('../testing/hold-postgres.ts', import.meta.url));
const logger = createLogger({ name: 'test', level: 'silent' });

describe('embedded PostgreSQL', () => {
  let temp: TempDir;
  let servers: EmbeddedPostgres[];
  let holders: ChildProcess[];
  let held: number[];
  let prepared: TempDir;
  // Most tests begin with a copy of one cluster: quicker than initdb, which two of them are about.
  beforeAll(async () => {
    prepared = await createTempDir('muster-pg-prepared');
    await (await startEmbeddedPostgres({ dataDir: prepared.path, logger })).stop();
  });
  afterAll(() => prepared.remove());
  beforeEach(async () => {
    temp = await createTempDir('muster-pg');
    [servers, holders, held] = [[], [], []];
  });
  afterEach(async () => {
    for (const holder of holders) holder.kill('SIGKILL');
    await Promise.all(held.map((pid) => stopPostmaster(pid)));
    await Promise.all(servers.map((server) => server.stop()));
    await temp.remove();
  });

  const prepare = () => cp(pathsOf(prepared.path).cluster, pathsOf(temp.path).cluster, { recursive: true });

  async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir: temp.path, logger, ...options });
    servers.push(server);
    return server;
  }

  async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  /** Another process that runs the server, as `npm start` would. */
  async function startHolder(): Promise<{ holder: ChildProcess; url: string; pid: number }> {
    const holder = spawn(process.execPath, ['--import', 'tsx', HOLDER, temp.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    holders.push(holder);
    const [line] = (await once(holder.stdout ?? holder, 'data')) as [Buffer];
    const { url, pid } = z.object({ url: z.string(), pid: z.number() }).parse(JSON.parse(line.toString()));
    held.push(pid);
    return { holder, url, pid };
  }

  async function kill(holder: ChildProcess): Promise<void> {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }

  it('serves loopback alone, with a random password in a private file, and durable commits', async () => {
    await prepare();
    const server = await start();
    const settings = await ask<{ name: string; setting: string }>(
      server.url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'synchronous_commit', 'fsync', 'data_checksums', 'password_encryption')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      synchronous_commit: 'on',
      fsync: 'on',
      data_checksums: 'on',
      password_encryption: 'scram-sha-256',
    });
    const { password, cluster } = pathsOf(temp.path);
    expect((await stat(password)).mode & 0o777).toBe(0o600);
    expect((await stat(cluster)).mode & 0o077).toBe(0);
    expect(decodeURIComponent(new URL(server.url).password)).toBe(await readFile(password, 'utf8'));
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('keeps its data over a stop and a start, and leaves no process', async () => {
    await prepare();
    const first = await start();
    await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('adopts the server of a process that was killed, with all that was committed', async () => {
    await prepare();
    const { holder, url, pid } = await startHolder();
    await ask(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await kill(holder);
    expect(isAlive(pid)).toBe(true);
    const server = await start();
    expect(server).toMatchObject({ adopted: true, pid, url });
    expect(await ask(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('stops a survivor that listens on another port than the one asked for', async () => {
    await prepare();
    const { holder, pid } = await startHolder();
    await kill(holder);
    // Below the ports that systems hand out by themselves: another test could be given one of those meanwhile.
    const port = randomInt(20_000, 32_000);
    const server = await start({ port });
    expect(server).toMatchObject({ adopted: false, port });
    expect(isAlive(pid)).toBe(false);
  });

  it('refuses a directory that a living Muster uses, and leaves that one alone', async () => {
    await prepare();
    const { url } = await startHolder();
    await expect(start()).rejects.toMatchObject({ code: 'DATA_DIR_UNUSABLE', data: { reason: 'busy' } });
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('lets one of several starts at the same moment on a new directory win', async () => {
    const results = await Promise.allSettled([start(), start(), start()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'DATA_DIR_UNUSABLE' });
  });

  it('recovers every commit after the server itself is killed, and says that it ended', async () => {
    await prepare();
    let ended: unknown;
    const server = await start({ onExit: (error) => (ended = error) });
    await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(server.pid, 'SIGKILL');
    await waitUntilGone(server.pid, 60_000);
    await expect.poll(() => ended).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    const again = await start();
    expect(await ask(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('waits for what a killed server leaves behind to end', async () => {
    await prepare();
    const server = await start();
    const [checkpointer] = await ask<{ pid: number }>(server.url, `SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'`);
    const tell = (signal: NodeJS.Signals) => checkpointer && process.kill(checkpointer.pid, signal);
    tell('SIGSTOP');
    try {
      process.kill(server.pid, 'SIGKILL');
      await waitUntilGone(server.pid, 60_000);
      const starting = start().catch((error: unknown) => error);
      await expect.poll(() => readFile(pathsOf(temp.path).log, 'utf8')).toContain('pre-existing shared memory block');
      tell('SIGCONT');
      expect(await starting).toMatchObject({ adopted: false });
    } finally {
      if (checkpointer && isAlive(checkpointer.pid)) tell('SIGCONT');
    }
  });

  it('starts over a postmaster.pid whose pid belongs to another program by now', async () => {
    await prepare();
    const server = await start();
    const { pidFile } = pathsOf(temp.path);
    const text = await readFile(pidFile, 'utf8');
    await server.stop();
    await writeFile(pidFile, text.replace(/^.*$/m, String(process.pid)));
    expect((await start()).adopted).toBe(false);
  });

  it('starts over what a killed initdb left', async () => {
    await mkdir(join(temp.path, 'cluster.init-2147483000-abcd'), { recursive: true });
    await start();
    expect((await readdir(temp.path)).toSorted()).toEqual(['cluster', 'postgres.log']);
  });

  it('refuses the data of another version with a hint', async () => {
    await prepare();
    await (await start()).stop();
    await writeFile(join(pathsOf(temp.path).cluster, 'PG_VERSION'), '15\n');
    await expect(start()).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      data: { reason: 'version' },
      publicMessage: expect.stringContaining('PostgreSQL 15'),
    });
  });

  it('names a port that is in use', async () => {
    await prepare();
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    blocker.close();
  });

  it('stops at once when the start is aborted', async () => {
    await expect(start({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  // A full disk needs a file system of our own, which root alone may mount; explain-output.test.ts covers the messages everywhere.
  it.runIf(process.getuid?.() === 0)('names a full disk, and starts once there is space', async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', temp.path]);
    try {
      await expect(start()).rejects.toMatchObject({ code: 'DISK_FULL' });
      await run('mount', ['-o', 'remount,size=300m', temp.path]);
      await (await start()).stop();
    } finally {
      await run('umount', [temp.path]);
    }
  });
});
