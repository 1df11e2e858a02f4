import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startBench } from '../testing/reconcile-bench.ts';
import { randomNode, removeEverythingOf, signalContainer, testRuntime, waitFor } from '../testing/test-docker.ts';
import { LABEL } from './labels.ts';

const runtime = testRuntime();
const node = randomNode();
const shell = (script: string) => ['sh', '-c', script];
type Bench = Awaited<ReturnType<typeof startBench>>;

let directory: TempDir;
let bench: Bench;
const start = async (options: { orphanGraceMs?: number } = {}) => {
  const own = (bench = await startBench({ directory: directory.path, node, runtime, ...options }));
  onTestFinished(() => own.stop());
};
const containersOf = (allocationId: string) => runtime.listContainers({ [LABEL.node]: node, [LABEL.allocation]: allocationId });

beforeEach(async () => {
  directory = await createTempDir('muster-bench');
  onTestFinished(() => directory.remove());
  onTestFinished(() => removeEverythingOf(runtime, node));
  await start();
});

describe('a reconciler on a real engine', () => {
  it('runs a container to its end, keeps its exit code and every line, and removes it', async () => {
    const id = await bench.place({ command: shell('for i in 1 2 3; do echo line $i; done; echo oops >&2') });
    await waitFor(() => bench.phaseOf(id) === 'Succeeded');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 0, oomKilled: false, containerId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(new Set(await bench.linesOf(id))).toEqual(new Set(['line 1', 'line 2', 'line 3', 'oops']));
    await waitFor(async () => (await containersOf(id)).length === 0);
  });

  it('stops gracefully, and reports the last words and the exit code', async () => {
    const id = await bench.place({ command: shell('trap "echo bye; exit 7" TERM; echo hello; while :; do sleep 0.1; done') });
    await waitFor(async () => (await bench.linesOf(id)).includes('hello'));
    await bench.requestStop(id, 10_000);
    await waitFor(() => bench.phaseOf(id) === 'Cancelled');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 7, reason: 'the buyer stopped it' });
    expect(await bench.linesOf(id)).toEqual(['hello', 'bye']);
  });

  it('kills what ignores SIGTERM once the grace is over', async () => {
    const id = await bench.place({ command: shell('trap "" TERM; echo up; while :; do sleep 0.1; done') });
    await waitFor(async () => (await bench.linesOf(id)).includes('up'));
    await bench.requestStop(id, 1_000);
    await waitFor(() => bench.phaseOf(id) === 'Cancelled');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 137 });
  });

  it('says that a command does not exist', async () => {
    const id = await bench.place({ entrypoint: ['/no/such/command'] });
    await waitFor(() => bench.phaseOf(id) === 'Failed');
    expect(bench.statusOf(id)?.error).toMatchObject({
      code: 'COMMAND_NOT_FOUND',
      message: expect.stringContaining('/no/such/command'),
      hint: expect.stringContaining('image'),
    });
  });

  it('says that memory ran out', async () => {
    const id = await bench.place({ command: shell('tail /dev/zero'), resources: { memoryBytes: 16 * 1024 * 1024 } });
    await waitFor(() => bench.phaseOf(id) === 'Failed');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 137, oomKilled: true, error: { code: 'CONTAINER_OOM_KILLED' } });
  });

  it('says that a container failed, with its exit code', async () => {
    const id = await bench.place({ command: shell('exit 42') });
    await waitFor(() => bench.phaseOf(id) === 'Failed');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 42, error: { code: 'CONTAINER_EXITED' } });
  });

  it('fails an allocation whose container somebody removed, and does not run it again', async () => {
    const id = await bench.place({ command: shell('sleep 100') });
    await waitFor(() => bench.phaseOf(id) === 'Running');
    const [container] = await containersOf(id);
    await runtime.stopContainer(container?.id ?? '', 0);
    await runtime.removeContainer(container?.id ?? '');
    const status = await waitFor(() => (bench.phaseOf(id) === 'Failed' ? bench.statusOf(id) : null));
    expect(['CONTAINER_VANISHED', 'CONTAINER_EXITED']).toContain(status.error?.code);
    expect(await containersOf(id)).toEqual([]);
  });

  it('restarts once per order', async () => {
    const id = await bench.place({ command: shell('echo begin; sleep 100') });
    const before = await waitFor(async () => (await containersOf(id))[0]?.startedAt);
    await waitFor(async () => (await bench.linesOf(id)).length === 1);
    await bench.store.update(id, (record) => record && { ...record, restart: { graceMs: 500, insteadOf: before }, restarts: 1 });
    bench.reconciler.wake();
    await waitFor(async () => (await bench.linesOf(id)).length === 2);
    const [container] = await containersOf(id);
    expect(container?.startedAt).not.toBe(before);
    expect(bench.statusOf(id)).toMatchObject({ restarts: 1 });
  });

  it('finds its container again after its own restart: the same one, without a gap or a double in its log', async () => {
    const id = await bench.place({ command: shell('i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo $i; sleep 0.05; done') });
    await waitFor(async () => (await bench.linesOf(id)).length >= 5);
    const before = bench.statusOf(id)?.containerId;
    await bench.stop();
    await start();
    await waitFor(() => bench.phaseOf(id) === 'Succeeded');
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(bench.statusOf(id)?.containerId).toBe(before);
    expect(await bench.linesOf(id)).toEqual(Array.from({ length: 60 }, (_, i) => String(i + 1)));
  });

  it('takes the exit code of a container that ended while the agent was away', async () => {
    const id = await bench.place({ command: shell('trap "echo gone; exit 3" USR1; echo going; while :; do sleep 0.1; done') });
    await waitFor(async () => (await bench.linesOf(id)).includes('going'));
    await bench.stop();
    await signalContainer((await containersOf(id))[0]?.id ?? '', 'SIGUSR1');
    await waitFor(async () => (await containersOf(id))[0]?.state === 'exited');
    await start();
    await waitFor(() => bench.phaseOf(id) === 'Failed');
    expect(bench.statusOf(id)).toMatchObject({ exitCode: 3 });
    expect(await bench.linesOf(id)).toEqual(['going', 'gone']);
  });

  it('keeps orphans until their grace is over, and only once orders are complete', async () => {
    const id = await bench.place({ command: shell('sleep 100') });
    await waitFor(() => bench.phaseOf(id) === 'Running');
    await bench.stop();
    await directory.remove();
    await start({ orphanGraceMs: 300 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await containersOf(id))[0]?.state).toBe('running');
    bench.orphans.ordersAreComplete();
    await waitFor(async () => (await containersOf(id)).length === 0);
  });

  it('runs the new epoch only after the old one is gone', async () => {
    const id = await bench.place({ command: shell('sleep 100') });
    await waitFor(() => bench.phaseOf(id) === 'Running');
    await bench.place({ command: shell('echo second; sleep 100') }, { allocationId: id, epoch: 2 });
    await waitFor(async () => (await bench.linesOf(id)).includes('second'));
    const containers = await containersOf(id);
    expect(containers.map(({ labels }) => labels[LABEL.epoch])).toEqual(['2']);
  });

  it('gives root, where it is granted, without any capability and without a way to one', async () => {
    const id = await bench.place({
      root: true,
      command: shell(
        'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; chown 1 /tmp || echo no chown; echo 1 > /proc/sys/kernel/panic || echo no sysctl',
      ),
    });
    await waitFor(() => bench.phaseOf(id) === 'Succeeded');
    const said = (await bench.linesOf(id)).map((line) => line.replaceAll(/\s+/g, ' '));
    expect(said).toEqual(
      expect.arrayContaining([
        '0',
        'CapEff: 0000000000000000',
        'CapBnd: 0000000000000000',
        'NoNewPrivs: 1',
        'Seccomp: 2',
        'no chown',
        'no sysctl',
      ]),
    );
  });

  it('lets an unprivileged container write to its volume, and a retry find what was written', async () => {
    const taskId = '99999999-9999-4999-8999-' + String(Date.now()).padStart(12, '0').slice(-12);
    const volumes = [{ name: 'data', path: '/data' }];
    const first = await bench.place({ volumes, command: shell('id -u; echo 1 > /data/file && cat /data/file') }, { taskId });
    await waitFor(() => bench.phaseOf(first) === 'Succeeded');
    expect(await bench.linesOf(first)).toEqual(['65532', '1']);
    const second = await bench.place({ volumes, command: shell('cat /data/file') }, { taskId });
    await waitFor(() => bench.phaseOf(second) === 'Succeeded');
    expect(await bench.linesOf(second)).toEqual(['1']);
  });
});
