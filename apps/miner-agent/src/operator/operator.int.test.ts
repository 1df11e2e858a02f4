import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES } from '@muster/chain/testing/dev-chain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConfig } from '../config.ts';
import { readStatus } from '../commands/status.ts';
import { readEnv } from '../env.ts';
import { bundleProgram, type BundledProgram } from '../testing/bundle-program.ts';
import { testDockerHost, waitFor } from '../testing/test-docker.ts';
import { setUpStage, type StageOptions, type TestStage } from '../testing/test-stage.ts';
import { connectAgent, type ControlClient } from './control-client.ts';
import { CONTROL_SOCKET } from './control-server.ts';
import { setDrain } from './set-drain.ts';

let program: BundledProgram;
beforeAll(async () => (program = await bundleProgram('src/main.ts')));
afterAll(() => program.remove());

const shell = (script: string) => ['sh', '-c', script];
let stage: TestStage;
const setUp = async (options?: StageOptions) => (stage = await setUpStage(options));

const phaseOf = (allocationId: string) => stage.master.statuses.get(allocationId)?.phase;
/** Settings with which the operator's commands find the stage's node. */
const environment = (): Record<string, string> => ({
  MUSTER_RPC_URL: stage.chain.anvil.rpcUrl,
  MUSTER_RUN_ID: stage.runId,
  MUSTER_DATA_DIR: stage.dataDir,
  MUSTER_NODE_KEY: stage.nodeKey,
  MUSTER_PROVIDER_KEY: devKey(ROLES.provider),
  DOCKER_HOST: testDockerHost(),
});
const status = () => readStatus(createConfig(readEnv(environment())));
const muster = (...args: string[]) =>
  promisify(execFile)(process.execPath, [program.file, ...args], {
    env: { PATH: process.env['PATH'], ...environment() },
    timeout: 120_000,
  });

async function connect(): Promise<ControlClient> {
  const agent = await connectAgent(stage.dataDir);
  if (!agent) throw new Error('no agent runs');
  return agent;
}

describe('the status', () => {
  it("is told by the running agent, through a socket that is its owner's alone, and by the disk when none runs", async () => {
    const { startServing, place, dataDir, node } = await setUp();
    expect(await status()).toMatchObject({ phase: 0, turn: 'yours', chain: { standing: 'None' }, agent: { running: false } });
    const startedAt = Date.now();
    const life = await startServing();
    const { allocationId, taskId } = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running');

    await waitFor(() => stage.master.heartbeats() > 1);
    const report = await status();
    expect(report).toMatchObject({ node: node.address, phase: 4, name: 'work', turn: 'master', chain: { standing: 'Approved', seq: 1 } });
    expect(report.agent).toMatchObject({
      running: true,
      pid: process.pid,
      session: { generation: 1 },
      fenced: false,
      drains: [],
      orphans: [],
    });
    expect(report.agent.session?.lastHeartbeatAt).toBeGreaterThanOrEqual(startedAt);
    expect(report.agent.allocations).toMatchObject([{ allocationId, taskId, phase: 'Running', image: 'muster/demo:latest' }]);
    if (process.platform !== 'win32') expect((await stat(join(dataDir, CONTROL_SOCKET))).mode & 0o777).toBe(0o600);

    await life.stop();
    const left = await status();
    expect(left).toMatchObject({ phase: 4, turn: 'yours', agent: { running: false, session: null } });
    expect(left.agent.allocations).toMatchObject([{ allocationId, phase: 'Running' }]);
    const { stdout } = await muster('status');
    expect(stdout).toMatch(/phase +4 of 4, work\nturn +yours: start the agent[\s\S]*agent +does not run[\s\S]*Running/);
  });

  it('shows what a container wrote', async () => {
    const { startServing, place } = await setUp();
    await startServing();
    const { allocationId } = place({ command: shell('echo one; echo two; sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    await waitFor(() => stage.master.linesOf(allocationId).length === 2);
    expect((await muster('logs', allocationId.slice(0, 8), '--tail', '1')).stdout).toBe('two\n');
    await expect(muster('logs', 'ffffffffffff')).rejects.toMatchObject({ stderr: expect.stringMatching(/^NOT_FOUND: /) });
  });
});

describe('the metrics', () => {
  it('are served where the setting says, and only there', async () => {
    const { startServing, place } = await setUp();
    const life = await startServing({ MUSTER_METRICS_LISTEN: '127.0.0.1:0' });
    const { port } = await life.event('metrics.listening');
    place({ command: shell('echo hello; sleep 100') });
    const { allocationId } = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    const expected = [
      /^muster_agent_log_delivered_bytes_total 5$/m,
      /^muster_agent_allocations\{phase="Running"\} 2$/m,
      /^muster_agent_session_open 1$/m,
      /^muster_agent_orders_total\{kind="start",result="ok"\} 2$/m,
      /^muster_agent_images_total\{result="ok"\} \d$/m,
    ];
    let text = '';
    await waitFor(async () => {
      text = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
      return expected.every((line) => line.test(text));
    }).catch(() => expected.forEach((line) => expect(text).toMatch(line)));
    expect((await fetch(`http://127.0.0.1:${String(port)}/`)).status).toBe(404);
  });
});

describe('a drain by the owner', () => {
  it('takes nothing new, lets what runs run out, and is undone', async () => {
    const { startServing, place, master } = await setUp();
    await startServing();
    const { allocationId } = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    await (await connect()).drain({ reason: 'kernel update', deadline: null, since: Date.now() });

    const refused = place({ command: shell('sleep 1') });
    const result = await waitFor(() => master.results.get(refused.orderId));
    expect(result).toMatchObject({ ok: false, error: { code: 'NODE_NOT_READY', message: expect.stringContaining('kernel update') } });
    expect(phaseOf(allocationId)).toBe('Running');
    await waitFor(() => master.lastHeartbeat()?.offer?.accepting === false);
    expect(master.lastHeartbeat()?.offer?.reason).toContain('kernel update');
    expect(await status()).toMatchObject({ turn: 'agent', agent: { drains: [{ by: 'owner', reason: 'kernel update', deadline: null }] } });

    await (await connect()).drain(null);
    await waitFor(() => master.lastHeartbeat()?.offer?.accepting);
    const taken = place({ command: shell('sleep 100') });
    await waitFor(() => phaseOf(taken.allocationId) === 'Running');
  });

  it('stops what runs by the deadline as lost, so that the master places it elsewhere', async () => {
    const { startServing, place, master } = await setUp();
    await startServing();
    const { allocationId } = place({ command: shell('sleep 100'), graceMs: 200 });
    await waitFor(() => phaseOf(allocationId) === 'Running');
    await (await connect()).drain({ reason: 'moving house', deadline: Date.now() + 500, since: Date.now() });
    await waitFor(() => phaseOf(allocationId) === 'Lost');
    expect(master.statuses.get(allocationId)?.reason).toContain('moving house');
  });

  it('holds over a restart, also when it was asked for while no agent ran', async () => {
    const { start, startServing, place, master, node, runId, dataDir, domain } = await setUp();
    const life = await startServing();
    await life.stop();
    const identity = { chainId: domain.chainId, registry: domain.verifyingContract, runId, node: node.address };
    expect(await setDrain({ dataDir, identity, drain: { reason: 'away', deadline: null, since: Date.now() } })).toBe(false);
    const again = start();
    await again.event('session.opened');
    const { orderId } = place({ command: shell('sleep 1') });
    expect(await waitFor(() => master.results.get(orderId))).toMatchObject({ ok: false, error: { code: 'NODE_NOT_READY' } });
  });
});

describe('leaving', () => {
  it('stops what runs, delivers its log, and then leaves on chain', async () => {
    const { startServing, place, master } = await setUp();
    const life = await startServing();
    const { allocationId } = place({ command: shell('trap "echo bye; exit 0" TERM; echo hi; while :; do sleep 0.1; done') });
    await waitFor(() => master.linesOf(allocationId).includes('hi'));
    const { stdout } = await muster('leave');
    expect(stdout).toMatch(/Waiting for what still runs, 1 in all; it is stopped gracefully[\s\S]*has left run/);
    expect(phaseOf(allocationId)).toBe('Lost');
    expect(master.linesOf(allocationId)).toEqual(['hi', 'bye']);
    expect(await life.event('ended')).toMatchObject({ standing: 'Left' });
    await life.ended;
  });
});
