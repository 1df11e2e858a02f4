import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { dockerClient } from '@muster/network/docker-engine';
import { until } from './until.ts';

/** A Docker Engine that a case may kill. */
export interface OwnEngine {
  socket: string;
  docker: Docker;
  start(options?: { liveRestore?: boolean }): Promise<void>;
  /** SIGKILL: it has no say in what becomes of its containers. */
  kill(): Promise<void>;
  /** SIGTERM: it ends its containers, unless it is to let them live. */
  stop(): Promise<void>;
}

export async function createOwnEngine(directory: string): Promise<OwnEngine> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const socket = join(directory, 'd.sock');
  const [pidFile, execRoot] = [join(directory, 'pid'), join(directory, 'exec')];
  const logFile = join(directory, 'dockerd.log');
  const docker = dockerClient(`unix://${socket}`);
  let daemon: ChildProcess | null = null;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill(signal);
    await ended;
  }

  return {
    socket,
    docker,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async start({ liveRestore = true } = {}) {
      // A stale pid file of its containerd makes a restarted dockerd wait for ever.
      for (const stale of [pidFile, join(execRoot, 'containerd', 'containerd.pid'), socket]) await rm(stale, { force: true });
      const log = openSync(logFile, 'a');
      const places = ['--data-root', join(directory, 'data'), '--exec-root', execRoot, '--pidfile', pidFile, '--host', `unix://${socket}`];
      const settings = ['--bridge', 'none', '--group', '', ...(liveRestore ? ['--live-restore'] : [])];
      const own = spawn('dockerd', [...places, ...settings], { stdio: ['ignore', log, log] });
      daemon = own;
      await until('the engine answers', async () => {
        if (own.exitCode !== null) throw new Error(`dockerd ended:\n${(await readFile(logFile, 'utf8')).split('\n').slice(-6).join('\n')}`);
        return docker.ping().then(
          () => true,
          () => false,
        );
      });
    },
  };
}
