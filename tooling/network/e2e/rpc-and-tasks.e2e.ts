import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demoImage } from '../src/demo-image.ts';
import { CliError } from '../src/muster-cli.ts';
import { waitFor } from '../src/wait-for.ts';
import { type ProxiedNetwork, startWithoutRpc } from './proxied-network.ts';

// One network of built daemons whose RPC goes and comes, and what its buyer reads when a task cannot work.

interface TaskView {
  taskId: string;
  phase: string;
  allocations: {
    phase: string;
    containerId: string | null;
    exitCode: number | null;
    error: { code: string; message: string; hint: string } | null;
  }[];
}

const patient = { timeoutMs: 240_000, intervalMs: 200 };
let network: ProxiedNetwork;
let emptyRegistry: Server;
beforeAll(async () => {
  network = await startWithoutRpc();
  emptyRegistry = createServer((request, response) => {
    response.writeHead(request.url === '/v2/' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
  });
  await new Promise<void>((resolve) => emptyRegistry.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  emptyRegistry.close();
  await network.stop();
});

const create = (spec: object) => network.buyer.run<TaskView>(['task', 'create', network.runId, '-f', '-'], { stdin: JSON.stringify(spec) });
const show = (taskId: string) => network.buyer.run<TaskView>(['task', 'show', taskId]);
const reached = async (taskId: string, phase: string) => {
  const task = await waitFor(async () => {
    const now = await show(taskId);
    return now.phase === phase ? now : undefined;
  }, patient);
  expect(task ?? (await show(taskId))).toMatchObject({ phase });
  return task?.allocations[0];
};
const status = (expected: string) => waitFor(async () => (await network.readiness()).status === expected, patient);

describe('a chain without RPC', () => {
  it('is said by every daemon at its start; web serves, and all go on trying', async () => {
    const { web, validator, miner, url } = network;
    expect(await web.waitForEvent('ready', { timeoutMs: 240_000 })).toMatchObject({ degraded: true });
    expect(await status('degraded')).toBe(true);
    expect((await fetch(url)).status).toBe(200);
    for (const [daemon, event] of [
      [web, 'chain.unavailable'],
      [validator, 'rpc.failed'],
      [miner, 'rpc.unavailable'],
    ] as const) {
      const { err } = await daemon.waitForEvent(event, { timeoutMs: 240_000 });
      expect(err).toMatchObject({
        code: 'RPC_UNAVAILABLE',
        hint: expect.stringContaining('MUSTER_RPC_URL'),
        cause: expect.stringContaining('127.0.0.1'),
      });
      expect(err).not.toHaveProperty('stack');
      expect(daemon.running).toBe(true);
    }
  });

  it('is followed, challenged and served once the RPC answers', async () => {
    network.rpc.behave();
    const healthy = await waitFor(async () => {
      const { items } = await network.buyer.run<{ items: { phase: string }[] }>(['nodes', network.runId]).catch(() => ({ items: [] }));
      return items.some(({ phase }) => phase === 'Healthy');
    }, patient);
    expect(healthy).toBe(true);
    expect(await status('ok')).toBe(true);
  });

  it('stops nothing when it is lost later', async () => {
    const { rpc, web, validator, miner, buyer, runId } = network;
    const { taskId } = await create({
      image: demoImage,
      command: ['sh', '-c', 'while :; do sleep 0.2; done'],
      resources: { memory: '32MiB' },
    });
    const before = await reached(taskId, 'Running');
    rpc.refuse();
    expect(await status('degraded')).toBe(true);
    await miner.waitForEvent('rpc.unavailable', { timeoutMs: 240_000, where: ({ msg }) => String(msg).includes('nothing changes') });
    expect((await show(taskId)).allocations[0]).toMatchObject({ phase: 'Running', containerId: before?.containerId });
    // Without the chain the buyer's work goes on: orders need none.
    await buyer.run(['task', 'stop', taskId]);
    await reached(taskId, 'Cancelled');
    rpc.behave();
    expect(await status('ok')).toBe(true);
    const { items } = await buyer.run<{ items: { phase: string }[] }>(['nodes', runId]);
    expect(items).toMatchObject([{ phase: 'Healthy' }]);
    for (const daemon of [web, validator, miner]) expect(daemon.running).toBe(true);
  });
});

describe('a task that cannot work', () => {
  const quick = { restart: { policy: 'never' }, resources: { memory: '32MiB' } };

  it('names the image that does not exist', async () => {
    const address = emptyRegistry.address();
    const image = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/nobody/nothing:1`;
    const { taskId } = await create({ ...quick, image });
    expect(await reached(taskId, 'Failed')).toMatchObject({
      error: { code: 'IMAGE_NOT_FOUND', message: expect.stringContaining(image), hint: expect.stringContaining('name and tag') },
    });
  });

  it('names the command that the image does not have', async () => {
    const { taskId } = await create({ ...quick, image: demoImage, command: ['no-such-program'] });
    expect(await reached(taskId, 'Failed')).toMatchObject({
      error: {
        code: 'COMMAND_NOT_FOUND',
        message: expect.stringContaining('no-such-program'),
        hint: expect.stringContaining('entrypoint'),
      },
    });
  });

  it('tells a container that ran out of memory (137) from one that ended by itself', async () => {
    const hungry = await create({ ...quick, image: demoImage, command: ['sh', '-c', 'tail /dev/zero'] });
    const killed = await create({ ...quick, image: demoImage, command: ['sh', '-c', 'kill -9 $$'] });
    const failing = await create({ ...quick, image: demoImage, command: ['sh', '-c', 'exit 3'] });
    expect(await reached(hungry.taskId, 'Failed')).toMatchObject({
      exitCode: 137,
      error: { code: 'CONTAINER_OOM_KILLED', hint: expect.stringContaining('resources.memory') },
    });
    expect(await reached(killed.taskId, 'Failed')).toMatchObject({ exitCode: 137, error: { code: 'CONTAINER_EXITED' } });
    expect(await reached(failing.taskId, 'Failed')).toMatchObject({ exitCode: 3, error: { code: 'CONTAINER_EXITED' } });
  });

  it('is refused for a field that nobody knows, with its path', async () => {
    const refused = await create({ ...quick, image: demoImage, resources: { memroy: '32MiB' } }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CliError);
    expect(refused).toMatchObject({ code: 'TASK_SPEC_INVALID', message: expect.stringContaining('resources.memroy') });
  });
});
