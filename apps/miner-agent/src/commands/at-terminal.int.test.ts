import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES } from '@muster/chain/testing/dev-chain';
import { AppError } from '@muster/protocol/errors/app-error';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { LABEL } from '../reconcile/labels.ts';
import { atTerminal, CTRL_C, CTRL_D } from '../testing/at-terminal.ts';
import { bundleProgram, type BundledProgram } from '../testing/bundle-program.ts';
import { signalContainer, testDockerHost, testRuntime, waitFor } from '../testing/test-docker.ts';
import { setUpStage } from '../testing/test-stage.ts';

let program: BundledProgram;
beforeAll(async () => (program = await bundleProgram('src/main.ts')));
afterAll(() => program.remove());

const musterWith = (env: Record<string, string>, args: string[]) =>
  atTerminal([process.execPath, program.file, ...args], { PATH: process.env['PATH'], ...env });

/** A serving agent with one running container, and the commands of its owner at a terminal. */
async function serve(script: string) {
  const stage = await setUpStage();
  const life = await stage.startServing();
  const { allocationId, taskId } = stage.place({ command: ['sh', '-c', script] });
  const phase = () => stage.master.statuses.get(allocationId)?.phase;
  await waitFor(() => phase() === 'Running');
  const env = {
    MUSTER_RPC_URL: stage.chain.anvil.rpcUrl,
    MUSTER_RUN_ID: stage.runId,
    MUSTER_DATA_DIR: stage.dataDir,
    MUSTER_NODE_KEY: stage.nodeKey,
    MUSTER_PROVIDER_KEY: devKey(ROLES.provider),
    DOCKER_HOST: testDockerHost(),
  };
  return { stage, life, allocationId, taskId, phase, muster: (...args: string[]) => musterWith(env, args) };
}

describe('setup, at a terminal', () => {
  it('takes Ctrl-D for no answer, and writes nothing', async () => {
    const directory = await createTempDir('muster-terminal');
    onTestFinished(() => directory.remove());
    const setup = musterWith({ MUSTER_DATA_DIR: directory.path }, ['setup']);
    await setup.untilPrinted(/Which run shall this machine serve\? Its number: /);
    setup.type(CTRL_D);
    expect(await setup.ended).toBe(1);
    expect(setup.output()).toMatch(/BAD_INPUT: The question was left without an answer\n {2}hint: Nothing was changed/);
  });
});

describe('leave, at a terminal', () => {
  it('asks first: no changes nothing, yes leaves', async () => {
    const { life, phase, muster } = await serve('while :; do sleep 0.1; done');
    const question = /Leave run 1 with node 0x[0-9a-fA-F]{40}\?.*cooldown\. \(y\/N\) /;

    const refused = muster('leave');
    await refused.untilPrinted(question);
    refused.type('\n');
    expect(await refused.ended).toBe(0);
    expect(refused.output()).toMatch(/Nothing was done\.\n$/);
    expect(phase()).toBe('Running');

    const meant = muster('leave');
    await meant.untilPrinted(question);
    meant.type('y\n');
    expect(await meant.ended).toBe(0);
    expect(meant.output()).toMatch(/has left run 1/);
    expect(await life.event('ended')).toMatchObject({ standing: 'Left' });
  });
});

describe('logs', () => {
  it('follow until Ctrl-C, or until the container has ended', async () => {
    const script = 'trap "echo over; exit 0" TERM; i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done';
    const { stage, allocationId, muster } = await serve(script);
    const broken = muster('logs', '-f', '--tail', '1');
    const whole = muster('logs', '-f', allocationId.slice(0, 8));
    await broken.untilPrinted(/line \d+\nline \d+\n/);
    broken.type(CTRL_C);
    expect(await broken.ended).toBe(0);
    expect(broken.output()).not.toContain('over');

    await whole.untilPrinted(/^line 1\nline 2\n/);
    stage.master.order(stage.node.address, 'stop', { allocationId, epoch: 1, graceMs: 5_000, reason: 'enough' });
    expect(await whole.ended).toBe(0);
    expect(whole.output()).toMatch(/\nline \d+\nover\n$/);
  });

  it('come from the spool when the container is gone and nobody has taken them, with an agent and without', async () => {
    const script = 'trap "echo first; echo last; exit 0" USR1; echo up; while :; do sleep 0.1; done';
    const { stage, life, allocationId, taskId, muster } = await serve(script);
    await waitFor(() => stage.master.linesOf(allocationId).includes('up'));
    stage.master.refuseWith(new AppError('UNAVAILABLE'));
    const containers = () => testRuntime().listContainers({ [LABEL.allocation]: allocationId });
    await signalContainer((await containers())[0]?.id ?? '', 'SIGUSR1');
    await waitFor(async () => (await containers()).length === 0);
    const running = muster('logs', allocationId.slice(0, 8));
    expect([await running.ended, running.output()]).toEqual([0, 'first\nlast\n']);
    await life.stop();
    const stopped = muster('logs', taskId.slice(0, 8), '-f', '--tail', '1');
    expect([await stopped.ended, stopped.output()]).toEqual([0, 'last\n']);
  });
});
