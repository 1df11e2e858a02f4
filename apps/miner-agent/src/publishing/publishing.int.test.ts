import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createTempDir } from '@muster/runtime/temp-dir';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startBench } from '../testing/reconcile-bench.ts';
import { randomNode, removeEverythingOf, testRuntime, waitFor } from '../testing/test-docker.ts';

const runtime = testRuntime();
const node = randomNode();
/** Below what kernels give to outgoing connections, one of which might have any of these for a moment; another with every run. */
const from = randomInt(20_000, 32_000);
const RANGE = { from, to: from + 3 };
type Bench = Awaited<ReturnType<typeof startBench>>;

let bench: Bench;
let start: () => Promise<Bench>;

/** An agent of its own, and all that it leaves; begins its lives. */
async function newAgent(owner: typeof node): Promise<() => Promise<Bench>> {
  const directory = await createTempDir('muster-ports');
  onTestFinished(() => directory.remove());
  onTestFinished(() => removeEverythingOf(runtime, owner));
  return async () => {
    const life = await startBench({ directory: directory.path, node: owner, runtime, ports: RANGE });
    onTestFinished(() => life.stop());
    return life;
  };
}

beforeEach(async () => {
  start = await newAgent(node);
  bench = await start();
});

/** Says a word to everybody who comes. */
const serving = (word: string) => ({
  command: ['sh', '-c', `while :; do echo ${word} | nc -l -p 8080; done`],
  network: 'egress' as const,
  ports: [{ name: 'web', port: 8080, protocol: 'tcp' as const }],
});

const portOf = (id: string) => waitFor(async () => (bench.phaseOf(id) === 'Running' && bench.statusOf(id)?.ports?.[0]?.hostPort) || null);

/** What whoever listens there says; '' when nobody does. */
const hear = (port: number): Promise<string> =>
  new Promise((resolve) => {
    let said = '';
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 });
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    for (const end of ['close', 'error', 'timeout'] as const) socket.once(end, () => (socket.destroy(), resolve(said.trim())));
  });
const heard = (port: number) => waitFor(async () => (await hear(port)) || null);

describe('containers with ports', () => {
  it('are reached on ports of their own, around one that another program has', async () => {
    const other = createServer().listen(RANGE.from, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const [one, two] = await Promise.all([bench.place(serving('one')), bench.place(serving('two'))]);
    const ports = [await portOf(one), await portOf(two)];
    expect(ports.toSorted()).toEqual([RANGE.from + 1, RANGE.from + 2]);
    expect([await heard(Number(ports[0])), await heard(Number(ports[1]))]).toEqual(['one', 'two']);
    expect(bench.statusOf(one)?.ports).toEqual([{ name: 'web', port: 8080, protocol: 'tcp', address: '127.0.0.1', hostPort: ports[0] }]);
  });

  it('are reached around the container of another agent on this machine', async () => {
    const other = await (await newAgent(randomNode()))();
    const theirs = await other.place(serving('theirs'));
    await waitFor(async () => other.phaseOf(theirs) === 'Running' || null);
    expect(other.statusOf(theirs)?.ports).toMatchObject([{ hostPort: RANGE.from }]);
    const port = await portOf(await bench.place(serving('ours')));
    expect(port).toBe(RANGE.from + 1);
    expect([await heard(RANGE.from), await heard(RANGE.from + 1)]).toEqual(['theirs', 'ours']);
  });

  it('keep them over a restart of the agent, and give them back when they end', async () => {
    const id = await bench.place(serving('still here'));
    const before = await portOf(id);
    expect(before).toBe(RANGE.from);
    await bench.stop();
    expect(await heard(RANGE.from)).toBe('still here');
    bench = await start();
    expect(await portOf(id)).toBe(before);
    expect(await heard(RANGE.from)).toBe('still here');
    const next = await bench.place(serving('next'));
    expect(await portOf(next)).toBe(RANGE.from + 1);
    await bench.requestStop(id, 0);
    await waitFor(() => bench.phaseOf(id) === 'Cancelled');
    expect(bench.statusOf(id)?.ports).toBeUndefined();
    expect(await portOf(await bench.place(serving('third')))).toBe(RANGE.from);
  });
});
