import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDockerHost } from '../testing/test-docker.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let directory: TempDir;
beforeAll(async () => (directory = await createTempDir('muster-commands')));
afterAll(() => directory.remove());

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The program itself, as an operator runs it. */
function muster(args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const surroundings = {
    PATH: process.env['PATH'],
    MUSTER_DATA_DIR: join(directory.path, 'data'),
    MUSTER_RPC_URL: 'http://127.0.0.1:9',
    DOCKER_HOST: testDockerHost(),
    ...env,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', main, ...args], { env: surroundings, timeout: 50_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe('muster-miner', () => {
  it('checks the machine, for people and for programs', async () => {
    const { code, stdout } = await muster(['doctor', '--json'], { MUSTER_ENDPOINT: 'http://127.0.0.1:7700' });
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.checks.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['cpu', 'memory', 'disk', 'gpu', 'network', 'docker', 'docker-limits', 'docker-init', 'clock', 'data-dir']),
    );
    for (const check of report.checks)
      expect(check).toEqual({
        id: expect.any(String),
        severity: expect.any(String),
        ok: expect.any(Boolean),
        reason: expect.any(String),
        fix: expect.any(String),
      });
    expect(report.capabilities).toMatchObject({
      version: 1,
      cpu: { threads: expect.any(Number) },
      docker: { version: expect.any(String) },
    });
  });

  it('exits with 1 and says what to do when Docker does not answer', async () => {
    const { code, stdout } = await muster(['doctor'], { DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ docker\s.*nowhere[\s\S]*Start the Docker Engine[\s\S]*cannot serve/);
  });

  it('makes keys once, shows addresses, and never prints a key', async () => {
    const first = await muster(['wallet', 'create', '--provider']);
    const second = await muster(['wallet', 'create', '--provider']);
    const address = /node key\s+(0x[0-9a-fA-F]{40})\s+created/.exec(first.stdout)?.[1];
    expect(second.stdout).toContain(`${address}  was there already`);
    for (const name of ['node.key', 'provider.key']) {
      const file = join(directory.path, 'data', name);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(first.stdout + first.stderr + second.stdout).not.toContain((await readFile(file, 'utf8')).trim().slice(2));
    }
  });

  it('refuses a key file that others can read', async () => {
    await mkdir(join(directory.path, 'open'), { recursive: true });
    const file = join(directory.path, 'open', 'node.key');
    await writeFile(file, `0x${randomBytes(32).toString('hex')}`, { mode: 0o644 });
    const { code, stderr } = await muster(['wallet', 'create'], { MUSTER_NODE_KEY_FILE: file });
    expect(code).toBe(1);
    expect(stderr).toMatch(/can be read by others[\s\S]*chmod 600/);
  });

  it('names what is missing and exits with 2, without a stack trace', async () => {
    const { code, stderr } = await muster(['start'], { MUSTER_LOG_FORMAT: 'json' });
    expect(code).toBe(2);
    expect(stderr).toContain('MUSTER_RUN_ID');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('says that the chain does not answer', async () => {
    const { code, stderr } = await muster(['leave'], { MUSTER_RUN_ID: '1' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^RPC_UNAVAILABLE: /);
  });
});
