import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoImage } from '../src/demo-image.ts';
import type { ManagedProcess } from '../src/managed-process.ts';
import { waitFor } from '../src/wait-for.ts';
import { type LabNetwork, MINER_PORT, startLabNetwork } from './lab-network.ts';

// A miner at somebody's home, behind a router that lets nobody in; one that has an address; one whose containers publish ports.

interface TaskView {
  taskId: string;
  phase: string;
  allocations: { allocationId: string; node: string; ports: { name: string; address: string; hostPort: number }[] }[];
}

const run = promisify(execFile);
const soon = { timeoutMs: 240_000 };
let network: LabNetwork;

beforeAll(async () => {
  network = await startLabNetwork();
});
afterAll(() => network?.stop());

const create = (runId: string, spec: object) =>
  network.buyer.run<TaskView>(['task', 'create', runId, '-f', '-'], { stdin: JSON.stringify({ image: demoImage, ...spec }) });
const show = (taskId: string) => network.buyer.run<TaskView>(['task', 'show', taskId]);
const logOf = async (taskId: string) => (await network.buyer.lines(['logs', taskId])).join('\n');

async function reached(taskId: string, phase: string): Promise<TaskView> {
  const task = await waitFor(async () => {
    const now = await show(taskId);
    return now.phase === phase && now;
  }, soon);
  expect(task || (await show(taskId))).toMatchObject({ phase });
  return task || show(taskId);
}

const says = (taskId: string, words: string) => waitFor(async () => (await logOf(taskId)).includes(words), soon);

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

/** What a line of Node says in the home's namespace, or in its router's. */
const nodeAt = async (place: 'home' | 'router', script: string): Promise<string> => {
  const { command, args } = network.lab.at(place, [process.execPath, '-e', script]);
  return (await run(command, args)).stdout.trim();
};

describe('a miner behind NAT', () => {
  let miner: ManagedProcess;

  it('is registered, challenged, approved and invited, and runs a task with its log, through connections of its own alone', async () => {
    const started = await network.startMiner({
      name: 'relayed',
      at: 'home',
      reach: { MUSTER_LISTEN_HOST: '::', MUSTER_ENDPOINT: 'relay' },
    });
    miner = started.miner;
    const announced = await miner.waitForEvent('announced', soon);
    expect(announced).toMatchObject({ relay: true, endpoint: '' });
    await miner.waitForEvent('relay.opened', soon);
    for (const kind of ['identity', 'container', 'matrix'])
      await miner.waitForEvent('challenge.answered', { ...soon, where: (event) => event['kind'] === kind });
    for (const event of ['acceptance.seen', 'invite.acknowledged', 'session.opened']) await miner.waitForEvent(event, soon);

    const { taskId } = await create(started.runId, { command: ['sh', '-c', 'echo hello from behind the router'] });
    expect((await reached(taskId, 'Succeeded')).allocations).toMatchObject([{ node: announced['node'] }]);
    expect(await says(taskId, 'hello from behind the router')).toBe(true);
    expect(miner.pid && (await listeningPorts(miner.pid))).toEqual([]);
  });

  it('cannot be reached: a port that is open there is open at home and nowhere else', async () => {
    const { inside, router, at } = network.lab;
    const listen = `require('net').createServer((s) => s.end()).listen(${MINER_PORT}, () => console.log('open'))`;
    const { command, args } = at('home', [process.execPath, '-e', listen]);
    const child = execFile(command, args);
    try {
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      const probe = `const s = require('net').connect(${MINER_PORT}, '${inside}', () => { console.log('reached'); s.destroy(); })`;
      expect(await nodeAt('router', probe)).toBe('reached');
      expect([await isOpen(inside, MINER_PORT), await isOpen(router, MINER_PORT)]).toEqual([false, false]);
    } finally {
      child.kill();
    }
  });

  it('comes back by itself after its line was dead', async () => {
    const openings = () => miner.events.filter(({ event }) => event === 'relay.opened').length;
    const before = openings();
    // Nothing is refused: packets are lost.
    const cut = network.lab.at('router', ['iptables', '-I', 'FORWARD', '1', '-j', 'DROP']);
    const mend = network.lab.at('router', ['iptables', '-D', 'FORWARD', '1']);
    await run(cut.command, cut.args);
    await miner.waitForEvent('relay.lost', soon);
    await run(mend.command, mend.args);
    expect(await waitFor(() => Promise.resolve(openings() > before), soon)).toBe(true);
  });
});

describe('a miner with an address', () => {
  it('is challenged and invited by IPv6', async () => {
    const { inside6 } = network.lab;
    const { miner } = await network.startMiner({
      name: 'six',
      at: 'home',
      reach: { MUSTER_LISTEN_HOST: inside6, MUSTER_ENDPOINT: '' },
    });
    expect((await miner.waitForEvent('announced', soon))['endpoint']).toBe(`http://[${inside6}]:${MINER_PORT}`);
    for (const event of ['acceptance.seen', 'session.opened']) await miner.waitForEvent(event, soon);
    await miner.stop();
  });

  it('announces its new one at once when it changes, with a higher sequence', async () => {
    const { miner } = await network.startMiner({
      name: 'moving',
      at: 'home',
      reach: { MUSTER_LISTEN_HOST: '::', MUSTER_ENDPOINT: '' },
    });
    const first = await miner.waitForEvent('announced', soon);
    expect(first['endpoint']).toBe(`http://${network.lab.inside}:${MINER_PORT}`);
    const next = await network.lab.move();
    const second = await miner.waitForEvent('announced', { ...soon, where: ({ endpoint }) => endpoint !== first['endpoint'] });
    expect(second['endpoint']).toBe(`http://${next}:${MINER_PORT}`);
    expect(Number(second['sequence'])).toBeGreaterThan(Number(first['sequence']));
  });
});

describe('a container with a published port', () => {
  it('is reached by others where its buyer reads that it is, and reaches nobody’s private network itself', async () => {
    const { outside } = network.lab;
    const { miner, runId } = await network.startMiner({
      name: 'publishing',
      at: 'here',
      reach: { MUSTER_LISTEN_HOST: outside, MUSTER_ENDPOINT: '' },
      env: { MUSTER_PORT_RANGE: '32300-32302' },
    });
    await miner.waitForEvent('session.opened', soon);
    const tryOut = `nc -w 2 ${outside} ${MINER_PORT} </dev/null >/dev/null 2>&1 && echo it got out || echo it stays in`;
    const { taskId } = await create(runId, {
      command: ['sh', '-c', `${tryOut}; while :; do echo come in | nc -l -p 8080; done`],
      network: 'egress',
      ports: [{ name: 'web', port: 8080 }],
    });
    const [allocation] = (await reached(taskId, 'Running')).allocations;
    expect(allocation?.ports).toMatchObject([{ name: 'web', port: 8080, protocol: 'tcp', address: outside, hostPort: 32_300 }]);
    expect(await says(taskId, 'it stays in')).toBe(true);
    const visit = `require('net').connect(32300, '${outside}').on('data', (d) => process.stdout.write(d)).on('error', () => {})`;
    expect(await waitFor(() => nodeAt('home', visit), soon)).toBe('come in');
    const unpublished = await create(runId, {
      command: ['true'],
      network: 'egress',
      ports: Array.from({ length: 4 }, (_, i) => ({ name: `p${i}`, port: 90 + i })),
    });
    const refused = await waitFor(async () => /0 of 3|2 of 3/.test(JSON.stringify(await show(unpublished.taskId))), soon);
    expect(refused).toBe(true);
  });
});
