import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIptablesFence } from '../adapters/host/iptables-fence.ts';
import { runTool } from '../adapters/host/run-tool.ts';
import { bridgeName, nodeTag } from '../isolation/bridge-name.ts';
import { LABEL, roleLabels } from '../reconcile/labels.ts';
import { bundleProgram, type BundledProgram } from '../testing/bundle-program.ts';
import { testDockerHost, testRuntime } from '../testing/test-docker.ts';
import { trialNode } from './doctor.ts';

let program: BundledProgram;
let directory: TempDir;
beforeAll(async () => {
  directory = await createTempDir('muster-commands');
  program = await bundleProgram('src/main.ts');
});
afterAll(async () => {
  await program.remove();
  await directory.remove();
});

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
    execFile(process.execPath, [program.file, ...args], { env: surroundings, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe('muster-miner', () => {
  it('takes away, with the next look at the machine, what a look that was killed has left', async () => {
    const node = trialNode(join(directory.path, 'data'));
    const runtime = testRuntime();
    const left = async () => [
      ...(await runTool('iptables', ['-w', '5', '-S'])).stdout.split('\n').filter((rule) => rule.includes(nodeTag(node))),
      ...(await runtime.listNetworks({ [LABEL.node]: node })),
    ];
    await createIptablesFence({ node, denied: [] }).raise();
    await runtime.createNetwork({
      name: `muster-probe-${randomUUID()}`,
      labels: roleLabels(node, 'probe'),
      bridge: bridgeName(node, 'killed'),
    });
    expect((await left()).length).toBeGreaterThan(1);
    expect((await muster(['doctor', '--json'])).stdout).toContain('"checks"');
    expect(await left()).toEqual([]);
  });

  it('checks the machine, for people and for programs', async () => {
    const { code, stdout } = await muster(['doctor', '--json'], { MUSTER_ENDPOINT: 'http://127.0.0.1:7700' });
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.checks.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining([
        'cpu',
        'memory',
        'disk',
        'gpu',
        'network',
        'docker',
        'docker-limits',
        'docker-init',
        'clock',
        'data-dir',
        'kernel',
        'cgroup',
        'agent',
        'node-key',
        'rpc',
        'discovery',
        'port',
      ]),
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
    const first = await muster(['wallet', 'create', '--with-provider']);
    const second = await muster(['wallet', 'create', '--with-provider']);
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
    const dataDir = join(directory.path, 'never');
    const { code, stdout, stderr } = await muster(['start'], { MUSTER_LOG_FORMAT: 'json', MUSTER_DATA_DIR: dataDir });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    await expect(stat(dataDir)).rejects.toThrow('ENOENT');
    expect(stderr).toContain('MUSTER_RUN_ID');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('takes settings from flags, variables and the file, and shows where each comes from', async () => {
    const dataDir = join(directory.path, 'configured');
    await mkdir(dataDir, { recursive: true });
    await writeFile(join(dataDir, 'config.yaml'), '# mine\nrunId: 5\nlistenPort: 7001\nlogLevel: warn\n');
    const env = { MUSTER_DATA_DIR: dataDir, MUSTER_LISTEN_PORT: '7002', MUSTER_NODE_KEY: `0x${'ab'.repeat(32)}` };
    const { code, stdout } = await muster(['config', 'show', '--json', '--run-id', '6'], env);
    expect(code).toBe(0);
    const { file, settings } = JSON.parse(stdout);
    expect(file).toBe(join(dataDir, 'config.yaml'));
    expect(settings).toEqual(
      expect.arrayContaining([
        { name: 'runId', value: '6', source: '--run-id' },
        { name: 'listenPort', value: '7002', source: 'MUSTER_LISTEN_PORT' },
        { name: 'logLevel', value: 'warn', source: `${join(dataDir, 'config.yaml')}:4` },
        { name: 'nodeKey', value: '(hidden)', source: 'MUSTER_NODE_KEY' },
      ]),
    );
    expect(stdout).not.toContain('abab');
  });

  it.each([
    [['doctor', '--runid', '1'], /unknown option '--runid'\s*\(Did you mean --run-id\?\)/],
    [['drian'], /unknown command 'drian'\s*\(Did you mean drain\?\)/],
    [['wallet', 'craete'], /unknown command 'craete'\s*\(Did you mean create\?\)/],
    [['start', 'now'], /'start' takes no arguments, and got 'now'/],
    [['doctor', '--run-id', 'x'], /--run-id: expected a decimal run id/],
    [['doctor', '--config', '/nowhere/miner.yaml'], /--config: \/nowhere\/miner\.yaml: there is no such file/],
    [['doctor', '--node-key', '0x1'], /unknown option '--node-key'/],
  ])('refuses %j, naming the flag, and exits with 2', async (args, expected) => {
    const { code, stderr } = await muster(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('shows addresses although the chain does not answer, to send money to', async () => {
    const env = { MUSTER_DATA_DIR: join(directory.path, 'poor') };
    await muster(['wallet', 'create'], env);
    const { code, stdout } = await muster(['wallet', 'show'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node key +0x[0-9a-fA-F]{40} {2}balance unknown: the chain does not answer/);
    expect(JSON.parse((await muster(['wallet', 'show', '--json'], env)).stdout)).toMatchObject([{ name: 'node key', balanceWei: null }]);
  });

  it('says that the chain does not answer', async () => {
    const { code, stderr } = await muster(['leave'], { MUSTER_RUN_ID: '1' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^RPC_UNAVAILABLE: /);
  });
});
