import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { Acknowledgment } from '@muster/protocol/messages/acknowledgment';
import { verifyEnvelope } from '@muster/protocol/messages/define-message';
import { audienceOfAddress } from '@muster/protocol/messages/header';
import { waitFor } from '../../wait-for.ts';
import { expectFact } from '../arrow.ts';
import type { RegisteredNode, Smoke } from '../context.ts';
import { inviteAsStranger, queryAsStranger } from '../strangers.ts';

export async function runOnboarding(smoke: Smoke, run: RegisteredNode): Promise<void> {
  const { network, client, recorder, db, domain } = smoke;
  const { web, keys, chain } = network;
  const { runId, node, miner, master } = run;
  const where = { runId_node: { runId, node } };
  const ofRun = (event: { [field: string]: unknown }) => event['runId'] === runId && event['node'] === node;

  await recorder.arrow('3.1', 'the chain announces the accepted registration to the master', async () => {
    const row = await waitFor(() => db.prisma.registration.findFirst({ where: { runId, node, standing: 'Approved' } }), {
      timeoutMs: 240_000,
    });
    expectFact(row, 'the master has not seen the approval');
    const event = await db.prisma.chainEvent.findFirstOrThrow({ where: { runId, node, name: 'RoundSettled' } });
    return {
      evidence: `database: Approved at ${row.approvedAt?.toISOString()}, mirrored from tx ${event.txHash} block ${event.blockNumber}`,
    };
  });
  await recorder.arrow('3.2', 'the master requests the endpoint with its signature', async () => {
    const nonce = await waitFor(() => db.prisma.seenNonce.findFirst({ where: { signer: keys.master.address } }), { timeoutMs: 240_000 });
    expectFact(nonce, 'discovery has accepted no query of the master');
    return { evidence: `database: discovery took nonce ${nonce.nonce} signed by the master ${keys.master.address}` };
  });
  await recorder.arrow('3.3', 'discovery checks that the master owns the run', async () => {
    const refused = await queryAsStranger(smoke, run, 'master');
    const named = await client.readContract({
      address: chain.registry,
      abi: computeRegistryAbi,
      functionName: 'getRun',
      args: [BigInt(runId)],
    });
    expectFact(named.master === master, `the chain names master ${named.master}`);
    return { evidence: `a query by a key that is not the run's master was refused (${refused}); the chain names ${named.master}` };
  });
  await recorder.arrow('3.4', 'discovery returns the endpoint to the master', async () => {
    const returned = await web.waitForEvent('endpoint.returned', {
      timeoutMs: 240_000,
      where: (event) => ofRun(event) && event['to'] === keys.master.address,
    });
    const invited = await web.waitForEvent('invite.sent', { timeoutMs: 240_000, where: ofRun });
    return {
      evidence: `discovery's log: ${returned.event} to ${keys.master.address}; the master's next line: ${invited.event} to that endpoint`,
    };
  });
  const { digest } = await recorder.arrow('3.5', 'the master sends the signed invite', async () => {
    const row = await waitFor(async () => (await db.prisma.nodeState.findUnique({ where }))?.inviteDigest, { timeoutMs: 240_000 });
    expectFact(row, 'the master has stored no invite');
    return { digest: row, evidence: `database: invite ${row} to ${node}` };
  });
  await recorder.arrow('3.6', "the miner verifies the master's signature and status", async () => {
    const seen = await miner.waitForEvent('invite.verified', { timeoutMs: 240_000, where: ofRun });
    const refused = await inviteAsStranger(smoke, run);
    return {
      evidence: `miner's log: ${seen.event} by ${String(seen['master'])}; an invite forged by another key was refused (${refused})`,
    };
  });
  await recorder.arrow('3.7', "the chain confirms the master's status", async () => {
    const [seen] = miner.events.filter(({ event }) => event === 'invite.verified');
    const epoch = Number(seen?.['masterEpoch']);
    const [term] = await client.readContract({
      address: chain.registry,
      abi: computeRegistryAbi,
      functionName: 'masterTerm',
      args: [BigInt(runId), epoch],
    });
    expectFact(term === master, `masterTerm(${runId}, ${epoch}) is ${term}`);
    return { evidence: `masterTerm(${runId}, ${epoch}) = ${term}` };
  });
  await recorder.arrow('3.8', 'the miner accepts with a signed acknowledgment', async () => {
    const row = await waitFor(async () => (await db.prisma.nodeState.findUnique({ where }))?.acknowledgment, { timeoutMs: 240_000 });
    expectFact(row, 'the master has no acknowledgment');
    const { issuedAt } = (row as { message: { issuedAt: number } }).message;
    const verified = verifyEnvelope(Acknowledgment, row, {
      domain,
      now: issuedAt,
      audience: audienceOfAddress(master),
      expectedSigner: node,
    });
    expectFact(verified.ok, `the stored acknowledgment does not verify: ${verified.ok ? '' : verified.error.code}`);
    expectFact(verified.value.message.inviteDigest === digest, `it acknowledges ${verified.value.message.inviteDigest}`);
    return { evidence: `database: acknowledgment of ${digest} signed by ${node}` };
  });
  await recorder.arrow('3.9', 'the miner sends heartbeats', async () => {
    const read = () => db.prisma.session.findFirst({ where: { runId, node, supersededAt: null }, orderBy: { generation: 'desc' } });
    const first = await waitFor(async () => ((await read())?.heartbeatAt ? read() : undefined), { timeoutMs: 240_000 });
    expectFact(first?.heartbeatAt, 'no heartbeat has arrived');
    const before = first.heartbeatAt.getTime();
    const next = await waitFor(
      async () => {
        const row = await read();
        return row?.heartbeatAt && row.heartbeatAt.getTime() > before ? row : undefined;
      },
      { timeoutMs: 240_000, intervalMs: 250 },
    );
    expectFact(next?.heartbeatAt, 'no second heartbeat has arrived');
    return {
      evidence: `database: session ${next.sessionId} counter ${first.counterIn} → ${next.counterIn}, ${next.heartbeatAt.getTime() - before} ms apart`,
    };
  });
}
