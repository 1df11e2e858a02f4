import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { capabilitiesHash as hashOf, capabilitiesSchema } from '@muster/protocol/capabilities';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { audienceOfOrigin } from '@muster/protocol/messages/header';
import { waitFor } from '../../wait-for.ts';
import { expectFact } from '../arrow.ts';
import { describeTransaction, findEvent } from '../chain-evidence.ts';
import type { PreparedRun, RegisteredNode, Smoke } from '../context.ts';
import { announceAsStranger } from '../strangers.ts';

export async function runRegistration(smoke: Smoke, run: PreparedRun): Promise<RegisteredNode> {
  const { network, client, recorder, db, domain, engine, minerPort } = smoke;
  const { registry } = network.chain;
  const { runId } = run;
  const node = network.keys.node.address;
  const miner = network.addMiner({ runId, port: minerPort, engine });
  const { registration } = await recorder.arrow('1.1', 'the miner detects its hardware', async () => {
    const found = await readRegistration();
    const row = await announcementRow();
    const document = capabilitiesSchema.parse(row.capabilities);
    const hash = hashOf(document);
    expectFact(hash === found.capabilitiesHash, `the document hashes to ${hash}, the chain holds ${found.capabilitiesHash}`);
    const { cpu, memoryBytes, gpus } = document;
    return {
      registration: found,
      evidence: `${cpu.threads} CPU threads (${cpu.model}), ${Math.round(memoryBytes / 1024 ** 2)} MiB, ${gpus.length} GPUs; keccak of the document ${hash} is the registered hash`,
    };
  });
  await recorder.arrow('1.2', 'the miner registers for the run', async () => {
    const event = await findEvent({ client, registry }, { name: 'Registered', runId });
    expectFact(event.args.node === node, `the chain registered ${event.args.node}, the miner's key is ${node}`);
    return {
      evidence: `node ${node} seq ${event.args.seq}: ${await describeTransaction(client, event.transactionHash, network.keys.provider.address)}`,
    };
  });
  const { digest } = await recorder.arrow('1.3', 'the miner announces its endpoint to discovery', async () => {
    const row = await announcementRow();
    const verified = verifyEnvelope(EndpointAnnouncement, row.envelope, {
      domain,
      now: Date.now(),
      audience: audienceOfOrigin(run.discoveryUri),
    });
    expectFact(verified.ok, `the stored announcement does not verify: ${verified.ok ? '' : verified.error.code}`);
    expectFact(verified.value.signer === node, `it was signed by ${verified.value.signer}`);
    return {
      digest: verified.value.digest,
      evidence: `database: announcement ${verified.value.digest} signed by ${node}, sequence ${row.sequence}`,
    };
  });
  await recorder.arrow('1.4', 'discovery checks that the node is registered', async () => {
    const { code, stranger } = await announceAsStranger(smoke, run);
    expectFact(
      (await db.prisma.announcement.count({ where: { node: stranger } })) === 0,
      `discovery stored the announcement of ${stranger}, which is not registered`,
    );
    return {
      evidence: `a stranger's announcement was refused (${code}); the stored one carries seq ${(await announcementRow()).seq}, the chain says ${registration.seq}`,
    };
  });
  await recorder.arrow('1.5', 'discovery confirms the registration', async () => {
    const event = await miner.waitForEvent('announced', { timeoutMs: 240_000 });
    const { expiresAt } = await announcementRow();
    expectFact(expiresAt.getTime() > Date.now(), `the announcement expired at ${expiresAt.toISOString()}`);
    return { evidence: `miner's log: "${event.event}"; database: valid until ${expiresAt.toISOString()}` };
  });
  return { ...run, node, seq: registration.seq, announcementDigest: digest, miner };

  async function readRegistration() {
    const found = await waitFor(
      async () => {
        const value = await client.readContract({
          address: registry,
          abi: computeRegistryAbi,
          functionName: 'getRegistration',
          args: [BigInt(runId), node],
        });
        return value.seq > 0 ? value : undefined;
      },
      { timeoutMs: 240_000, intervalMs: 250, stopWhen: () => !miner.running },
    );
    expectFact(found, `the miner did not register:\n${miner.lastLines()}`);
    return found;
  }

  async function announcementRow() {
    const row = await waitFor(() => db.prisma.announcement.findUnique({ where: { runId_node: { runId, node } } }), {
      timeoutMs: 240_000,
      intervalMs: 250,
      stopWhen: () => !miner.running,
    });
    expectFact(row, `discovery holds no announcement of ${node}:\n${miner.lastLines()}`);
    return row;
  }
}
