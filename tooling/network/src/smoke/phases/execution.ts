import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Order } from '@muster/protocol/messages/order';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { devBuyer } from '../../chain.ts';
import { demoImage } from '../../demo-image.ts';
import { waitForTask } from '../../progress.ts';
import { waitFor } from '../../wait-for.ts';
import { expectFact } from '../arrow.ts';
import type { RegisteredNode, Smoke } from '../context.ts';

/** What the execution phase leaves running. */
export interface RunningTask {
  taskId: string;
  allocationId: string;
  containerId: string;
}

const volume = 'checkpoints';

/** A task that says a word nobody could guess, keeps a file in its volume, and ends well on SIGTERM. */
const specOf = (word: string) =>
  JSON.stringify({
    name: 'smoke',
    image: demoImage,
    command: [
      'sh',
      '-c',
      `trap 'echo "bye ${word}"; exit 0' TERM; echo "${word}" > /checkpoints/word; echo "hello ${word}"; while true; do sleep 0.2; done`,
    ],
    resources: { cpu: 0.25, memory: '64MiB' },
    volumes: [{ name: volume, path: '/checkpoints' }],
    grace: '10s',
  });

export async function runExecution(smoke: Smoke, run: RegisteredNode): Promise<RunningTask & { word: string }> {
  const { network, engine, recorder, db, domain } = smoke;
  const { runId, node, master, miner } = run;
  const word = randomBytes(8).toString('hex');

  const { taskId } = await recorder.arrow('4.1', 'the buyer creates a task', async () => {
    const created = await network.buyer.run<{ taskId: string }>(['task', 'create', runId, '-f', '-'], { stdin: specOf(word) });
    const row = await db.prisma.task.findUniqueOrThrow({ where: { taskId: created.taskId } });
    expectFact(row.createdBy === devBuyer.address, `the task is of ${row.createdBy}, the buyer is ${devBuyer.address}`);
    return { taskId: created.taskId, evidence: `database: task ${row.taskId}, spec ${row.specHash}, by ${row.createdBy}` };
  });
  const orderOf = async (kind: string, acknowledged: boolean) => {
    const row = await waitFor(
      () =>
        db.prisma.order.findFirst({
          where: { runId, node, kind, ...(acknowledged ? { acknowledgedAt: { not: null } } : {}) },
          orderBy: { createdAt: 'desc' },
        }),
      { timeoutMs: 240_000 },
    );
    expectFact(row, `no ${acknowledged ? 'acknowledged ' : ''}${kind} order to ${node}:\n${miner.lastLines()}`);
    const verified = verifyEnvelope(Order, row.envelope, { domain, now: Date.now(), expectedSigner: master });
    expectFact(verified.ok, `the ${kind} order does not verify: ${verified.ok ? '' : verified.error.code}`);
    return { row, version: `(${row.masterEpoch}, ${row.counter})`, digest: verified.value.digest };
  };
  const { allocationId } = await recorder.arrow('4.2', 'the master sends the task with its parameters', async () => {
    const { row, version, digest } = await orderOf('start', false);
    const seen = await miner.waitForEvent('order.received', { timeoutMs: 240_000, where: (event) => event['orderId'] === row.orderId });
    expectFact(row.allocationId, 'the start order names no allocation');
    return {
      allocationId: row.allocationId,
      evidence: `order ${version} digest ${digest} signed by the master; miner's log: ${seen.event} ${row.orderId}`,
    };
  });
  const { containerId } = await recorder.arrow('4.3', 'the miner executes the container', async () => {
    await waitForTask(network, taskId);
    const [container] = await engine.docker.listContainers({ filters: { label: [`muster.allocation=${allocationId}`] } });
    expectFact(container, `Docker runs no container of allocation ${allocationId}`);
    const { HostConfig, State } = await engine.docker.getContainer(container.Id).inspect();
    expectFact(State.Running && HostConfig.CapDrop?.includes('ALL'), `container ${container.Id} is not a hardened, running one`);
    return {
      containerId: container.Id,
      evidence: `Docker: container ${container.Id.slice(0, 12)} runs, cap-drop ALL, pids ${HostConfig.PidsLimit}, memory ${HostConfig.Memory}`,
    };
  });
  await recorder.arrow('4.4', 'the master checks status and logs', async () => {
    await network.buyer.run(['task', 'inspect', allocationId]);
    const { version, row } = await orderOf('inspect', true);
    return { evidence: `inspect order ${version} signed by the master, acknowledged at ${row.acknowledgedAt?.toISOString()}` };
  });
  await recorder.arrow('4.5', 'the miner returns status and logs', async () => {
    const row = await db.prisma.allocation.findUniqueOrThrow({ where: { allocationId } });
    expectFact(row.containerId === containerId, `the status names container ${row.containerId}, Docker runs ${containerId}`);
    const sequence = await waitFor(() => chunkWith(`hello ${word}`), { timeoutMs: 240_000 });
    expectFact(sequence !== undefined, 'no log chunk with the word that the container said');
    return { evidence: `database: ${row.phase} in ${row.containerId?.slice(0, 12)}; log chunk ${sequence} holds "hello ${word}"` };
  });
  const { snapshot } = await recorder.arrow('4.6', 'the master has the storage synced', async () => {
    await network.buyer.run(['task', 'sync', taskId, volume]);
    const { version } = await orderOf('sync', true);
    const row = await waitFor(() => db.prisma.snapshot.findFirst({ where: { taskId, volume } }), { timeoutMs: 240_000 });
    expectFact(row, 'no snapshot has arrived');
    return {
      snapshot: row,
      evidence: `sync order ${version} signed by the master; database: snapshot ${row.snapshotId} of ${row.sizeBytes} bytes`,
    };
  });
  await recorder.arrow('4.7', 'the miner acknowledges the sync', async () => {
    const acknowledgment = verifyEnvelope(SyncAck, snapshot.acknowledgment, { domain, now: Date.now(), expectedSigner: node });
    expectFact(acknowledgment.ok, `the acknowledgment does not verify: ${acknowledgment.ok ? '' : acknowledgment.error.code}`);
    const { sha256 } = acknowledgment.value.message;
    const file = join(network.surroundings.dataDir, 'snapshot.tar');
    await network.buyer.run(['snapshot', 'save', snapshot.snapshotId, '--output', file]);
    const archive = await readFile(file);
    const found = `0x${createHash('sha256').update(archive).digest('hex')}`;
    expectFact(found === sha256, `the stored archive hashes to ${found}, the node signed ${sha256}`);
    expectFact(archive.includes(word), 'the archive does not hold the file that the task wrote');
    return { evidence: `archive sha256 ${sha256}, recomputed from the download, signed by ${node}` };
  });
  const { lines } = await recorder.arrow('4.8', 'the buyer asks for the logs', async () => {
    const said = await network.buyer.lines(['logs', taskId]);
    const session = await db.prisma.authSession.findFirst({ where: { address: devBuyer.address, expiresAt: { gt: new Date() } } });
    expectFact(session, `the server knows no session of ${devBuyer.address}`);
    const chunks = await db.prisma.logChunk.count({ where: { allocationId } });
    expectFact(chunks > 0, `the database holds no log of allocation ${allocationId}`);
    return {
      lines: said,
      evidence: `database: asked in the session of ${session.address}; ${chunks} log chunks of allocation ${allocationId}`,
    };
  });
  await recorder.arrow('4.9', 'the master returns the logs', async () => {
    const line = lines.find((text) => text.includes(`hello ${word}`));
    expectFact(line, `muster logs does not show the word:\n${lines.slice(0, 5).join('\n')}`);
    const raw = await engine.docker.getContainer(containerId).logs({ stdout: true, stderr: true });
    expectFact(raw.includes(`hello ${word}`), 'Docker has no such line');
    return { evidence: `muster logs: ${line.trim().slice(0, 160)} (Docker has the same line)` };
  });
  return { taskId, allocationId, containerId, word };

  async function chunkWith(text: string): Promise<string | undefined> {
    const chunks = await db.prisma.logChunk.findMany({ where: { allocationId } });
    return chunks.find(({ lines }) => JSON.stringify(lines).includes(text))?.sequence.toString();
  }
}
