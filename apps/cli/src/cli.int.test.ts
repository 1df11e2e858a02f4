import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setUpStage, type Stage } from '@muster/api/testing/setup';
import type { TestNode } from '@muster/api/testing/test-node';
import type { ReceivedOrder, TestSession } from '@muster/api/testing/test-session';
import { waitUntil } from '@muster/api/testing/wait-until';
import { getRun } from '@muster/chain/actions/get-run';
import { startAnvil } from '@muster/chain/dev/anvil';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES, type Role } from '@muster/chain/testing/dev-chain';
import { createEphemeral } from '@muster/protocol/crypto/mac';
import { openRegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { signMessage } from '@muster/protocol/messages/define-message';
import { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runCli } from './cli.ts';
import { createTestIo } from './testing/test-io.ts';

let stage: Stage;
let session: TestSession;
let state: Awaited<ReturnType<typeof createTempDir>>;
let beating: NodeJS.Timeout;
let runId: string;
let node: string;
let invited: TestNode;

beforeAll(async () => {
  stage = await setUpStage();
  state = await createTempDir('cli-test');
  const created = await muster(['run', 'create', '--requirements', 'cpu: 2..', '--wait']);
  runId = z.object({ runId: z.string() }).parse(created.json).runId;
  invited = await stage.createInvitedNode(runId);
  node = invited.address;
  session = await stage.openSession(invited);
  beating = setInterval(() => void session.heartbeat().catch(() => undefined), 150);
});

afterAll(async () => {
  clearInterval(beating);
  await stage.stop();
  await state.remove();
});

/** One command line as a buyer types it, with --json. */
async function muster(
  args: string[],
  { role = 'buyer', stdin = '', env = {} }: { role?: Role; stdin?: string; env?: Record<string, string> } = {},
) {
  const { io, output } = createTestIo({
    stdin,
    env: { MUSTER_URL: stage.server.url, MUSTER_KEY: devKey(ROLES[role]), XDG_STATE_HOME: state.path, ...env },
  });
  const exitCode = await runCli([...args, '--json'], io);
  return { exitCode, json: JSON.parse(output.stdout) as unknown, stderr: output.stderr };
}

async function musterText(args: string[]) {
  const { io, output } = createTestIo({
    env: { MUSTER_URL: stage.server.url, MUSTER_KEY: devKey(ROLES.buyer), XDG_STATE_HOME: state.path },
  });
  return { exitCode: await runCli(args, io), ...output };
}

const spec = 'name: hello\nimage: busybox:1.37\ncommand: [echo, hello]\nvolumes: [{name: data, path: /data}]\n';
const taskShape = z.object({ taskId: z.uuid(), phase: z.string() });
const createTask = async () => taskShape.parse((await muster(['task', 'create', runId, '-f', '-'], { stdin: spec })).json).taskId;

/** Lets the node say that the task's container runs. */
async function startTask(taskId: string) {
  const isIts = (order: ReceivedOrder) => order.kind === 'start' && order.body.taskId === taskId;
  const start = await waitUntil('the start order', () => session.received.find(isIts));
  if (start.kind !== 'start') throw new Error('not a start order');
  const { allocationId, epoch } = start.body;
  await session.report({
    orders: [{ orderId: start.order.orderId, ok: true }],
    allocations: [{ allocationId, epoch, phase: 'Running', startedAt: Date.now() }],
  });
  return { allocationId, epoch };
}

describe('runs', () => {
  it('creates a run of its own wallet on chain, with the server as master and discovery', async () => {
    const onChain = await getRun({ client: stage.chain.client, registry: stage.chain.addresses.registry }, runId);
    const { json: info } = await muster(['master', 'info']);
    const { address, discoveryUri } = z.object({ address: z.string(), discoveryUri: z.string() }).parse(info);
    expect(onChain).toMatchObject({ owner: stage.chain.account('buyer').address, master: address, discoveryUri, requirements: 'cpu: 2..' });
    expect((await muster(['run', 'show', runId])).json).toMatchObject({ runId, status: 'open' });
    expect((await muster(['run', 'list'])).json).toMatchObject({ items: [{ runId }] });
  });

  it.each([
    ['an unknown run', '999', 'buyer'],
    ["another wallet's run", undefined, 'stranger'],
  ] as const)('knows nothing of %s', async (_title, id, role) => {
    const { exitCode, json } = await muster(['run', 'show', id ?? runId], { role });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      error: { code: expect.stringMatching(/^RUN_UNKNOWN|NOT_RUN_OWNER$/), docs: expect.stringContaining('docs/errors/') },
    });
  });

  it("passes the contract's refusal on", async () => {
    expect(await muster(['run', 'close', runId], { role: 'stranger' })).toMatchObject({
      exitCode: 1,
      json: { error: { code: 'NOT_RUN_OWNER' } },
    });
  });
});

describe('private images', () => {
  const password = 'the-password-of-the-registry';
  const credentials = { MUSTER_REGISTRY_USERNAME: 'buyer', MUSTER_REGISTRY_PASSWORD: password };
  const privateSpec = 'image: ghcr.io/org/private:1\n';
  const create = () => muster(['task', 'create', runId, '-f', '-', '--registry-auth', 'env'], { stdin: privateSpec, env: credentials });

  it('waits when no node has stated its key', async () => {
    expect(await create()).toMatchObject({
      exitCode: 1,
      json: { error: { code: 'NODE_NOT_READY', hint: expect.stringContaining('task seal') } },
    });
  });

  it('makes no task when the server follows another registry than the one that was named', async () => {
    const count = async () => z.object({ items: z.array(z.unknown()) }).parse((await muster(['task', 'list', runId])).json).items.length;
    const before = await count();
    const args = ['task', 'create', runId, '-f', '-', '--registry-auth', 'env', '--registry', stage.chain.addresses.validatorSet];
    expect(await muster(args, { stdin: privateSpec, env: credentials })).toMatchObject({
      exitCode: 1,
      json: { error: { code: 'WRONG_REGISTRY', hint: expect.stringContaining('--registry') } },
    });
    expect(await count()).toBe(before);
  });

  it('seals to the key that the node signed, and to no other', async () => {
    const { publicKey: encryptionKey, privateKey } = createEphemeral();
    const statement = { runId, node: invited.address, seq: invited.seq, encryptionKey, issuedAt: Date.now() };
    const keyStatement = signMessage(EncryptionKeyStatement, statement, { domain: stage.domain, signer: invited.signer });
    await session.send('report', session.nextFrame('report', { orderIds: [], allocations: [], keyStatement }));
    const created = await create();
    expect(JSON.stringify(created)).not.toContain(password);
    const { taskId } = taskShape.parse(created.json);
    const start = await waitUntil('the start order', () =>
      session.received.find((order) => order.kind === 'start' && order.body.taskId === taskId),
    );
    if (start.kind !== 'start' || !start.body.registryAuth) throw new Error('no credentials in the order');
    const key = new Uint8Array(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'));
    const target = { domain: stage.domain, runId, taskId, node: invited.address, registry: 'ghcr.io' };
    expect(await openRegistryCredentials(key, start.body.registryAuth, target)).toMatchObject({
      ok: true,
      value: { username: 'buyer', password },
    });

    // As a server would that wants to read along: a key of its own in the node's place.
    await stage.database.db.pool.query(
      `UPDATE "NodeState" SET "keyStatement" = jsonb_set("keyStatement", '{message,encryptionKey}', to_jsonb($1::text))`,
      [`0x${'99'.repeat(32)}`],
    );
    const sealed = await muster(['task', 'seal', taskId, '--registry-auth', 'env'], { env: credentials });
    expect(sealed).toMatchObject({ exitCode: 1, json: { error: { code: 'NODE_NOT_READY' } } });
    await muster(['task', 'stop', taskId]);
  });
});

describe('transactions', () => {
  it('says that the RPC does not answer', async () => {
    const { exitCode, json } = await muster(['run', 'create', '--rpc', 'http://127.0.0.1:9']);
    expect({ exitCode, json }).toMatchObject({ exitCode: 1, json: { error: { code: 'RPC_UNAVAILABLE' } } });
  });

  it('says that the RPC is on another chain', async () => {
    const other = await startAnvil({ chainId: 421614 });
    const { json } = await muster(['run', 'create', '--rpc', other.rpcUrl]);
    await other.stop();
    expect(json).toMatchObject({ error: { code: 'WRONG_CHAIN', message: expect.stringContaining('421614') } });
  });

  it('names the wallet that cannot pay, and how much it lacks', async () => {
    const { address } = stage.chain.account('stranger');
    await stage.chain.cheat('anvil_setBalance', [address, '0x1']);
    const { json } = await muster(['run', 'create'], { role: 'stranger' });
    expect(json).toMatchObject({
      error: { code: 'INSUFFICIENT_GAS_FUNDS', message: expect.stringContaining(address), hint: expect.stringMatching(/Send at least/) },
    });
  });
});

describe('signing in', () => {
  const tokenFile = async () => {
    const folder = join(state.path, 'muster', 'tokens');
    const { address } = stage.chain.account('buyer');
    for (const name of await readdir(folder)) if ((await readFile(join(folder, name), 'utf8')).includes(address)) return join(folder, name);
    throw new Error('no token');
  };

  it('keeps the token where only the user can read it, and uses it again', async () => {
    await muster(['whoami']);
    const file = await tokenFile();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await readFile(file, 'utf8');
    expect((await muster(['whoami'])).json).toMatchObject({ signedIn: true, address: stage.chain.account('buyer').address });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('signs in again when the server no longer knows the token', async () => {
    await muster(['whoami']);
    const file = await tokenFile();
    const stored = z.record(z.string(), z.string()).parse(JSON.parse(await readFile(file, 'utf8')));
    await writeFile(file, JSON.stringify({ ...stored, token: 'x'.repeat(43) }));
    expect((await muster(['run', 'list'])).exitCode).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).not.toMatchObject({ token: 'x'.repeat(43) });
  });
});

describe('tasks', () => {
  it('points at the part of a spec that is wrong', async () => {
    const { exitCode, json } = await muster(['task', 'create', runId, '-f', '-'], { stdin: 'image: busybox\ncomand: [true]\n' });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({
      error: { code: expect.stringMatching(/TASK_SPEC_INVALID|UNKNOWN_FIELD/), message: expect.stringContaining('comand') },
    });
  });

  it('makes one task of a repeated idempotency key', async () => {
    const create = () => muster(['task', 'create', '-f', '-', '--idempotency-key', 'once'], { stdin: spec });
    const [first, second] = [taskShape.parse((await create()).json), taskShape.parse((await create()).json)];
    expect(second.taskId).toBe(first.taskId);
    await muster(['task', 'stop', first.taskId]);
  });

  it('shows the node, waits for the container, follows its output to its end', async () => {
    expect((await muster(['nodes', runId])).json).toMatchObject({ items: [{ node, standing: 'Approved' }] });
    const taskId = await createTask();
    const { allocationId, epoch } = await startTask(taskId);
    await session.logs([{ allocationId, sequence: 0, lines: [{ at: 1_800_000_000_000, stream: 'stdout', text: 'hello' }] }]);
    expect((await muster(['logs', taskId])).json).toMatchObject({ items: [{ allocationId, sequence: 0, text: 'hello' }] });

    const following = musterText(['logs', '-f', taskId]);
    await session.logs([{ allocationId, sequence: 1, lines: [{ at: 1_800_000_000_001, stream: 'stderr', text: 'bye' }] }]);
    await session.report({ allocations: [{ allocationId, epoch, phase: 'Succeeded', exitCode: 0, endedAt: Date.now() }] });
    expect(await following).toEqual({ exitCode: 0, stdout: 'hello\nbye\n', stderr: '' });
    expect((await musterText(['logs', '-t', allocationId])).stdout).toBe('2027-01-15T08:00:00.000Z hello\n2027-01-15T08:00:00.001Z bye\n');
    expect((await musterText(['task', 'show', taskId])).stdout).toMatch(/phase +Succeeded/);
  });

  it('orders a sync, and stops a task', async () => {
    const taskId = await createTask();
    const { allocationId, epoch } = await startTask(taskId);
    const synced = z.object({ snapshotIds: z.array(z.uuid()) }).parse((await muster(['task', 'sync', taskId, 'data'])).json);
    expect(synced.snapshotIds).toHaveLength(1);
    expect((await muster(['snapshots', taskId])).json).toEqual({ items: [] });
    const stopping = muster(['task', 'stop', taskId, '--wait']);
    const stop = await waitUntil('the stop order', () =>
      session.received.find((order) => order.kind === 'stop' && order.body.allocationId === allocationId),
    );
    await session.report({
      orders: [{ orderId: stop.order.orderId, ok: true }],
      allocations: [{ allocationId, epoch, phase: 'Cancelled', exitCode: 143, endedAt: Date.now() }],
    });
    expect(await stopping).toMatchObject({ exitCode: 0, json: { taskId, phase: 'Cancelled' } });
  });

  it('gives up waiting when the time is over, and says what it waited for', async () => {
    const { exitCode, json } = await muster(['task', 'create', runId, '-f', '-', '--wait', '--timeout', '1'], {
      stdin: `${spec}resources: { memory: 900TiB }\n`,
    });
    expect(exitCode).toBe(1);
    expect(json).toMatchObject({ error: { code: 'TIMED_OUT', message: expect.stringContaining('Running') } });
  });
});

describe('the end', () => {
  it('closes the run, and waits until the master has seen it', async () => {
    expect((await muster(['run', 'close', runId, '--wait'])).exitCode).toBe(0);
    expect((await muster(['run', 'show', runId])).json).toMatchObject({ status: 'closed' });
    expect(await muster(['task', 'create', runId, '-f', '-'], { stdin: spec })).toMatchObject({
      exitCode: 1,
      json: { error: { code: 'RUN_CLOSED' } },
    });
    expect(await muster(['task', 'list'])).toMatchObject({ exitCode: 2, json: { error: { message: 'You have no open run.' } } });
  });
});
