import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { aptInstall, aptLine, mayInstall } from '../../scripts/lib/debian.mjs';
import { StepError } from '../../scripts/lib/steps.mjs';
import { signalGroup, waitForExit } from './process-group.ts';
import { waitFor } from './wait-for.ts';

const packages = ['docker.io', 'containerd', 'runc', 'iptables', 'iproute2'];

export interface DockerEngine {
  /** What a client puts into DOCKER_HOST. */
  host: string;
  docker: Docker;
  origin: 'running' | 'private';
  /** Stops the engine if we started it. */
  stop(): Promise<void>;
}

/** A client for `unix:///path` or `tcp://host:port`. */
export function dockerClient(host: string): Docker {
  const url = new URL(host);
  return url.protocol === 'unix:'
    ? new Docker({ socketPath: url.pathname })
    : new Docker({ host: url.hostname, port: Number(url.port || 2375) });
}

async function answers(host: string): Promise<boolean> {
  try {
    await dockerClient(host).ping();
    return true;
  } catch {
    return false;
  }
}

/** The engine that DOCKER_HOST or the default socket names, when it answers us. */
async function findRunningEngine(): Promise<DockerEngine | undefined> {
  const named = process.env['DOCKER_HOST'];
  if (named && !(await answers(named))) {
    throw new StepError(`DOCKER_HOST is ${named}, but no Docker Engine answers there.`, 'Start that engine, or unset DOCKER_HOST.');
  }
  const host = named ?? 'unix:///var/run/docker.sock';
  if (!named && !(await answers(host))) return undefined;
  return { host, docker: dockerClient(host), origin: 'running', stop: async () => {} };
}

/** Unix socket paths end at 107 bytes, and containerd adds some 40 to its own: a deep data directory keeps only the data. */
function runtimeDir(dataDir: string): string {
  const inside = join(dataDir, 'run');
  if (inside.length < 60) return inside;
  return join(tmpdir(), `muster-${createHash('sha256').update(dataDir).digest('hex').slice(0, 10)}`);
}

/**
 * The running Docker Engine or, as root on Debian, a private one whose data lies in `dataDir`.
 * @throws StepError with the line to run when neither can be had
 */
export async function ensureDockerEngine({ dataDir }: { dataDir: string }): Promise<DockerEngine> {
  const running = await findRunningEngine();
  if (running) return running;
  if (!mayInstall()) {
    throw new StepError(
      'No Docker Engine answers at /var/run/docker.sock, and only root on Debian can have a private one started here.',
      `Install and start Docker (Debian: ${aptLine(packages)}), make sure that you are in the group "docker", or set DOCKER_HOST.`,
    );
  }
  if (!existsSync('/usr/sbin/dockerd') && !existsSync('/usr/bin/dockerd')) await aptInstall(packages, 'Docker Engine');
  return startPrivateEngine(dataDir);
}

async function startPrivateEngine(dataDir: string): Promise<DockerEngine> {
  const run = runtimeDir(dataDir);
  mkdirSync(join(dataDir, 'data'), { recursive: true });
  mkdirSync(run, { recursive: true, mode: 0o700 });
  const host = `unix://${join(run, 'docker.sock')}`;
  const pidFile = join(run, 'pid');
  await stopSurvivor(pidFile);
  // A stale pid file of its containerd makes a restarted dockerd wait for ever.
  await rm(join(run, 'exec', 'containerd', 'containerd.pid'), { force: true });
  console.log(`  starting a private Docker Engine with its data in ${dataDir}`);
  const logFile = join(dataDir, 'dockerd.log');
  const log = openSync(logFile, 'w');
  const child = spawn(
    'dockerd',
    [
      '--data-root',
      join(dataDir, 'data'),
      '--exec-root',
      join(run, 'exec'),
      '--pidfile',
      pidFile,
      '--host',
      host,
      '--bridge',
      'none',
      '--group',
      '',
    ],
    { detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const exited = waitForExit(child);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const done = await Promise.race([exited.then(() => true), new Promise<false>((resolve) => setTimeout(resolve, 20_000, false).unref())]);
    if (!done && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    if (!run.startsWith(dataDir)) await rm(run, { recursive: true, force: true });
  };
  const up = await waitFor(() => answers(host), { timeoutMs: 240_000, stopWhen: () => child.exitCode !== null });
  if (!up) {
    await stop();
    throw new StepError(
      `The private Docker Engine did not start:\n${lastLines(logFile)}`,
      `Read ${logFile}, or start Docker yourself and run the command again.`,
    );
  }
  return { host, docker: dockerClient(host), origin: 'private', stop };
}

/** An engine that outlived a killed launcher is stopped before its data directory is used again. */
async function stopSurvivor(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  if (!(pid > 1) || !isDockerd(pid)) return;
  process.kill(pid, 'SIGTERM');
  await waitFor(async () => !isDockerd(pid), { timeoutMs: 20_000 });
}

function isDockerd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('dockerd');
  } catch {
    return false;
  }
}

const lastLines = (file: string): string =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /level=(error|fatal)|failed/.test(line))
    .slice(-5)
    .join('\n');
