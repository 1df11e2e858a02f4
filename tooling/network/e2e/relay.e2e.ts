import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addValidator } from '@muster/chain/actions/add-validator';
import { type DevChain, startDevChain } from '@muster/chain/testing/dev-chain';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { devBuyer } from '../src/chain.ts';
import { type Surroundings, startMiner, startValidator, startWeb } from '../src/daemons.ts';
import { demoImage } from '../src/demo-image.ts';
import { freePort } from '../src/free-port.ts';
import { loadNetworkKeys } from '../src/keys.ts';
import type { ManagedProcess } from '../src/managed-process.ts';
import { createMusterCli, type MusterCli } from '../src/muster-cli.ts';
import { createNatLab, type NatLab } from '../src/nat-lab.ts';
import { waitFor } from '../src/wait-for.ts';

// The built daemons: chain, master, discovery and validator here, and a miner at somebody's home, behind a router that lets nobody in.

interface TaskView {
  taskId: string;
  phase: string;
  allocations: { allocationId: string; node: string }[];
}

const run = promisify(execFile);
const soon = { timeoutMs: 30_000 };
const MINER_PORT = 7700;
let lab: NatLab;
let chain: DevChain;
let directory: TempDir;
let outside: Surroundings;
let buyer: MusterCli;
let validator: ManagedProcess;
let url: string;
const daemons: ManagedProcess[] = [];

beforeAll(async () => {
  lab = await createNatLab();
  directory = await createTempDir('muster-relay-');
  const dataDir = directory.path;
  chain = await startDevChain({ host: lab.outside });
  const { registry, validatorSet, deploymentBlock } = chain.addresses;
  const port = await freePort();
  url = `http://${lab.outside}:${port}`;
  const keys = await loadNetworkKeys(dataDir);
  for (const { address } of [keys.validator, keys.provider]) await chain.cheat('anvil_setBalance', [address, toHex(10n ** 19n)]);
  await addValidator({ sender: chain.sender('deployer'), validatorSet }, { validator: keys.validator.address });
  const extraEnv = { MUSTER_HEARTBEAT_MS: '500' };
  outside = { dataDir, chainId: chain.anvil.chainId, rpcUrl: chain.anvil.rpcUrl, registry, validatorSet, deploymentBlock, extraEnv };
  daemons.push(startWeb(outside, { port, host: lab.outside, keyFile: keys.master.file }));
  validator = startValidator(outside, { keyFile: keys.validator.file, image: demoImage });
  daemons.push(validator);
  buyer = createMusterCli({ url, key: devBuyer.key, stateDir: join(dataDir, 'cli') });
  await daemons[0]?.waitForEvent('ready', { timeoutMs: 60_000 });
});

afterAll(async () => {
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await chain?.stop();
  await lab?.remove();
  await directory?.remove();
});

interface AtHome {
  name: string;
  reach: { MUSTER_LISTEN_HOST: string; MUSTER_ENDPOINT: string };
}

/** A miner at home, for a run of its own. */
async function startAtHome({ name, reach }: AtHome): Promise<{ miner: ManagedProcess; runId: string }> {
  const keys = await loadNetworkKeys(directory.path);
  const runId = await chain.createRun({ master: keys.master.address, discoveryUri: `${url}/discovery` });
  const miner = startMiner(
    { ...outside, namespace: lab.home },
    {
      name,
      runId,
      port: MINER_PORT,
      reach,
      nodeKeyFile: join(directory.path, name, 'node.key'),
      provider: { keyFile: keys.provider.file },
      dockerHost: process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
      dashboardUrl: url,
    },
  );
  daemons.push(miner);
  return { miner, runId };
}

/** Whether somebody answers; never longer than a second. */
const isOpen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });

/** Ports that anything in the namespace of this process listens on. */
async function listeningPorts(pid: number): Promise<number[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8')));
  const sockets = tables.flatMap((text) => text.split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
  return sockets.filter(([, , , state]) => state === '0A').map(([, local = '']) => Number.parseInt(local.split(':').at(-1) ?? '', 16));
}

const nodeAt = async (place: 'home' | 'router', script: string): Promise<string> => {
  const { command, args } = lab.at(place, [process.execPath, '-e', script]);
  return (await run(command, args)).stdout.trim();
};

describe('a miner behind NAT', () => {
  it('is registered, challenged, approved and invited, and runs a task with its log, through connections of its own alone', async () => {
    const { miner, runId } = await startAtHome({ name: 'relayed', reach: { MUSTER_LISTEN_HOST: '::', MUSTER_ENDPOINT: 'relay' } });
    expect(await miner.waitForEvent('announced', soon)).toMatchObject({ relay: true, endpoint: '' });
    await miner.waitForEvent('relay.opened', soon);
    const node = String((await miner.waitForEvent('announced', soon))['node']);
    for (const kind of ['identity', 'container', 'matrix'])
      await miner.waitForEvent('challenge.answered', { ...soon, where: (event) => event['kind'] === kind });
    await miner.waitForEvent('acceptance.seen', soon);
    await miner.waitForEvent('invite.acknowledged', soon);
    await miner.waitForEvent('session.opened', soon);

    const spec = { image: demoImage, command: ['sh', '-c', 'echo hello from behind the router'] };
    const { taskId } = await buyer.run<TaskView>(['task', 'create', runId, '-f', '-'], { stdin: JSON.stringify(spec) });
    const show = () => buyer.run<TaskView>(['task', 'show', taskId]);
    const done = await waitFor(async () => {
      const task = await show();
      return task.phase === 'Succeeded' && task;
    }, soon);
    expect(done || (await show())).toMatchObject({ phase: 'Succeeded', allocations: [{ node }] });
    const log = async () => (await buyer.lines(['logs', taskId])).join('\n');
    expect(await waitFor(async () => (await log()).includes('hello from behind the router'), soon)).toBe(true);
    expect(miner.pid && (await listeningPorts(miner.pid))).toEqual([]);
  });

  it('cannot be reached: a port that it does open is open at home and nowhere else', async () => {
    const { command, args } = lab.at('home', [
      process.execPath,
      '-e',
      `require('net').createServer((s) => s.end()).listen(${MINER_PORT}, () => console.log('open'))`,
    ]);
    const child = execFile(command, args);
    try {
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      const probe = `const s = require('net').connect(${MINER_PORT}, '${lab.inside}', () => { console.log('reached'); s.destroy(); })`;
      expect(await nodeAt('router', probe)).toBe('reached');
      expect(await isOpen(lab.inside, MINER_PORT)).toBe(false);
      expect(await isOpen(lab.router, MINER_PORT)).toBe(false);
    } finally {
      child.kill();
    }
  });

  it('comes back by itself after its line was dead', async () => {
    const miner = daemons.at(-1);
    const opened = miner?.events.filter(({ event }) => event === 'relay.opened').length ?? 0;
    // Nothing is refused: packets are lost, as when a line is dead.
    const cut = lab.at('router', ['iptables', '-I', 'FORWARD', '1', '-j', 'DROP']);
    const mend = lab.at('router', ['iptables', '-D', 'FORWARD', '1']);
    await run(cut.command, cut.args);
    await miner?.waitForEvent('relay.lost', soon);
    await run(mend.command, mend.args);
    const isBack = () => Promise.resolve((miner?.events.filter(({ event }) => event === 'relay.opened').length ?? 0) > opened);
    expect(await waitFor(isBack, soon)).toBe(true);
  });
});

describe('a miner with an address', () => {
  it('is challenged and invited by IPv6', async () => {
    const reach = { MUSTER_LISTEN_HOST: lab.inside6, MUSTER_ENDPOINT: '' };
    const { miner } = await startAtHome({ name: 'six', reach });
    const { endpoint } = await miner.waitForEvent('announced', soon);
    expect(endpoint).toBe(`http://[${lab.inside6}]:${MINER_PORT}`);
    await miner.waitForEvent('acceptance.seen', soon);
    await miner.waitForEvent('session.opened', soon);
    await miner.stop();
  });

  it('announces its new one at once when it changes, with a higher sequence', async () => {
    const { miner } = await startAtHome({ name: 'moving', reach: { MUSTER_LISTEN_HOST: '::', MUSTER_ENDPOINT: '' } });
    const first = await miner.waitForEvent('announced', soon);
    expect(first['endpoint']).toBe(`http://${lab.inside}:${MINER_PORT}`);
    const next = await lab.move();
    const second = await miner.waitForEvent('announced', { ...soon, where: ({ endpoint }) => endpoint !== first['endpoint'] });
    expect(second['endpoint']).toBe(`http://${next}:${MINER_PORT}`);
    expect(Number(second['sequence'])).toBeGreaterThan(Number(first['sequence']));
  });
});
