import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { devBuyer } from '../../chain.ts';
import { waitForTask } from '../../progress.ts';
import { waitFor } from '../../wait-for.ts';
import { expectFact } from '../arrow.ts';
import { describeTransaction, findEvent } from '../chain-evidence.ts';
import type { RegisteredNode, Smoke } from '../context.ts';
import type { RunningTask } from './execution.ts';

const left = 4;

export async function runTermination(smoke: Smoke, run: RegisteredNode, task: RunningTask & { word: string }): Promise<void> {
  const { network, client, recorder, db, engine } = smoke;
  const { runId, node } = run;
  const at = { client, registry: network.chain.registry };
  const { taskId, allocationId, containerId, word } = task;

  await recorder.arrow('5.1', 'the buyer stops the task, gracefully', async () => {
    await network.buyer.run(['task', 'stop', taskId]);
    const phase = await waitForTask(network, taskId, ['Succeeded', 'Cancelled']);
    const row = await db.prisma.allocation.findUniqueOrThrow({ where: { allocationId } });
    expectFact(row.exitCode === 0, `the container ended with exit code ${row.exitCode}: it was not let end by itself`);
    const running = await engine.docker.listContainers({ filters: { id: [containerId] } });
    expectFact(running.length === 0, `container ${containerId} still runs`);
    const said = await waitFor(
      async () =>
        JSON.stringify(await db.prisma.logChunk.findMany({ where: { allocationId }, select: { lines: true } })).includes(`bye ${word}`),
      { timeoutMs: 240_000 },
    );
    expectFact(said, 'the container did not get to say goodbye: it was killed');
    return {
      evidence: `task ${phase}, exit code ${row.exitCode}; its last words "bye ${word}" are in the log; Docker runs no container ${containerId.slice(0, 12)}`,
    };
  });
  await recorder.arrow('5.2', 'the miner leaves the run', async () => {
    await network.leaveRun();
    const event = await findEvent(at, { name: 'Ended', runId });
    expectFact(event.args.node === node, `it was ${event.args.node} that left`);
    expectFact(event.args.standing === left, `the registration ended with standing ${event.args.standing}`);
    return { evidence: `node ${node} Left: ${await describeTransaction(client, event.transactionHash)}` };
  });
  await recorder.arrow('5.3', 'the buyer closes the run', async () => {
    await network.buyer.run(['run', 'close', runId, '--wait']);
    const event = await findEvent(at, { name: 'RunClosed', runId });
    const closed = await waitFor(async () => (await db.prisma.run.findUniqueOrThrow({ where: { runId } })).closedAt, {
      timeoutMs: 240_000,
    });
    expectFact(closed, 'the master has not seen the closing');
    const standing = await client.readContract({
      address: network.chain.registry,
      abi: computeRegistryAbi,
      functionName: 'standingOf',
      args: [BigInt(runId), node],
    });
    return {
      evidence: `${await describeTransaction(client, event.transactionHash, devBuyer.address)}; the mirror closed it at ${closed.toISOString()}; standingOf = ${standing}`,
    };
  });
}
