import { setMaster } from '@muster/chain/actions/set-master';
import { AppError } from '@muster/protocol/errors/app-error';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import { waitUntil } from '../../testing/wait-until.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await setUpStage();
});

afterAll(() => stage.stop());

const codeOf = (error: unknown) => AppError.fromWire(error)?.code;

it('lets go of a run that names another master, and takes it up again when it is named anew', async () => {
  const { chain, buyer } = stage;
  const { registry } = chain.addresses;
  const runId = await stage.createRun();
  const node = await stage.createInvitedNode(runId);
  const session = await stage.openSession(node);
  const beating = setInterval(() => void session.heartbeat().catch(() => undefined), 100);
  const { taskId } = await buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } });
  const start = await session.waitForOrder('start');
  await session.report({ orders: [{ orderId: start.order.orderId, ok: true }] });
  clearInterval(beating);

  await setMaster({ sender: chain.sender('buyer'), registry }, { runId, master: chain.account('stranger').address });
  const refused = await waitUntil('a closed session', () => session.heartbeat().then(() => null, codeOf));
  expect(refused).toBe('SESSION_SUPERSEDED');
  await expect(stage.openSession(node, 2)).rejects.toSatisfy((error) => codeOf(error) === 'NOT_RUN_MASTER');
  await expect(buyer.client.task.create.mutate({ runId, spec: { image: 'busybox' } })).rejects.toSatisfy(
    (error) => codeOf(error) === 'NOT_RUN_MASTER',
  );
  await waitUntil('the task to end', async () => (await buyer.client.task.get.query({ taskId })).endedAt !== null);

  const before = node.invites.length;
  await setMaster({ sender: chain.sender('buyer'), registry }, { runId, master: chain.account('master').address });
  await waitUntil('an invite of the new term', () => node.invites.length > before);
  expect(node.invites.at(-1)?.invite.masterEpoch).toBe(3);
  const again = await stage.openSession(node, 3);
  await expect(again.heartbeat()).resolves.toMatchObject({ orders: [] });
});
