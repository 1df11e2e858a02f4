import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';
import { freePort } from './free-port.ts';

// What a person gets from `npm start` with a wrong setting, from the launcher as a process of its own.

const directory = await createTempDir('muster-launcher-');
const dataDir = join(directory.path, 'data');
const [web, rpc, miner] = await Promise.all([freePort(), freePort(), freePort()]);
const taken = createServer();
let takenPort = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  takenPort = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  taken.close();
  await directory.remove();
});

/** Starts the launcher and waits for its end, which a wrong setting must bring about by itself. */
function launch(env: Record<string, string>): Promise<{ code: number; output: string }> {
  const surroundings = {
    PATH: process.env['PATH'],
    HOME: directory.path,
    PORT: String(web),
    MUSTER_RPC_PORT: String(rpc),
    MUSTER_MINER_PORT: String(miner),
    MUSTER_DATA_DIR: dataDir,
    ...env,
  };
  const args = ['--import', 'tsx', join(root, 'tooling/network/src/bin/start.ts')];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root, env: surroundings, timeout: 240_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

describe('the launcher', () => {
  const cases: [string, () => Record<string, string>, RegExp, RegExp][] = [
    [
      'a port in use',
      () => ({ MUSTER_RPC_PORT: String(takenPort) }),
      /Port \d+, which the development chain uses, is taken/,
      /MUSTER_RPC_PORT=\d+/,
    ],
    ['a port that is none', () => ({ MUSTER_RPC_PORT: 'eighty' }), /MUSTER_RPC_PORT is "eighty", which is no port/, /MUSTER_RPC_PORT=8545/],
    ['one port for two', () => ({ MUSTER_MINER_PORT: String(web) }), /need a port each/, /different numbers/],
    [
      'an engine that does not answer',
      () => ({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }),
      /DOCKER_HOST is unix:\/\/\/nowhere/,
      /unset DOCKER_HOST/,
    ],
    ['a DOCKER_HOST that is none', () => ({ DOCKER_HOST: 'docker' }), /DOCKER_HOST is docker/, /unset DOCKER_HOST/],
    [
      'a file as data directory',
      () => ({ MUSTER_DATA_DIR: join(directory.path, 'file') }),
      /cannot be used as a directory/,
      /MUSTER_DATA_DIR/,
    ],
    [
      'a data directory that takes nothing',
      () => ({ MUSTER_DATA_DIR: '/proc/muster' }),
      /cannot be used as a directory/,
      /MUSTER_DATA_DIR/,
    ],
  ];

  it.each(cases)('names %s and its fix, and leaves nothing running', async (_name, env, cause, fix) => {
    await writeFile(join(directory.path, 'file'), '');
    await mkdir(dataDir, { recursive: true });
    const { code, output } = await launch(env());
    expect(output).toMatch(cause);
    expect(output.split('\nfix ')[1]).toMatch(fix);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    expect(existsSync(join(dataDir, 'network.lock.json'))).toBe(false);
    expect(existsSync(join(dataDir, 'chain'))).toBe(false);
  });
});
