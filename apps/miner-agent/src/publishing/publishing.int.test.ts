import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBench } from '../testing/reconcile-bench.ts';
import { randomNode, removeEverythingOf, testRuntime, waitFor } from '../testing/test-docker.ts';

const runtime = testRuntime();
const node = randomNode();
const RANGE = { from: 47_310, to: 47_313 };
type Bench = Awaited<ReturnType<typeof startBench>>;

const cleanups: (() => void)[] = [];
let directory: TempDir;
let bench: Bench;
const start = async () => {
  bench = await startBench({ directory: directory.path, node, runtime, ports: RANGE });
};

beforeEach(async () => {
  directory = await createTempDir('muster-ports');
  await start();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) cleanup();
  await bench.stop();
  await removeEverythingOf(runtime, node);
  await directory.remove();
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
    cleanups.push(() => void other.close());
    const [one, two] = await Promise.all([bench.place(serving('one')), bench.place(serving('two'))]);
    const ports = [await portOf(one), await portOf(two)];
    expect(ports.toSorted()).toEqual([RANGE.from + 1, RANGE.from + 2]);
    expect([await heard(Number(ports[0])), await heard(Number(ports[1]))]).toEqual(['one', 'two']);
    expect(bench.statusOf(one)?.ports).toEqual([{ name: 'web', port: 8080, protocol: 'tcp', address: '127.0.0.1', hostPort: ports[0] }]);
  });

  it('are reached around the container of another agent on this machine', async () => {
    const elsewhere = await createTempDir('muster-ports');
    const stranger = randomNode();
    const other = await startBench({ directory: elsewhere.path, node: stranger, runtime, ports: RANGE });
    try {
      const theirs = await other.place(serving('theirs'));
      await waitFor(async () => other.phaseOf(theirs) === 'Running' || null);
      expect(other.statusOf(theirs)?.ports).toMatchObject([{ hostPort: RANGE.from }]);
      const port = await portOf(await bench.place(serving('ours')));
      expect(port).toBe(RANGE.from + 1);
      expect([await heard(RANGE.from), await heard(RANGE.from + 1)]).toEqual(['theirs', 'ours']);
    } finally {
      await other.stop();
      await removeEverythingOf(runtime, stranger);
      await elsewhere.remove();
    }
  });

  it('keep them over a restart of the agent, and give them back when they end', async () => {
    const id = await bench.place(serving('still here'));
    const before = await portOf(id);
    expect(before).toBe(RANGE.from);
    await bench.stop();
    expect(await heard(RANGE.from)).toBe('still here');
    await start();
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
