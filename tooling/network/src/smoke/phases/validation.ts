import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { hashJson } from '@muster/protocol/canonical-json';
import { Challenge } from '@muster/protocol/messages/challenge';
import { ChallengeAnswer } from '@muster/protocol/messages/challenge-answer';
import { digestOf, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfAddress } from '@muster/protocol/messages/header';
import { waitFor } from '../../wait-for.ts';
import { expectFact } from '../arrow.ts';
import { describeTransaction, findEvent } from '../chain-evidence.ts';
import type { RegisteredNode, Smoke } from '../context.ts';
import { parseEvidence } from '../evidence-document.ts';
import { queryAsStranger } from '../strangers.ts';

const approved = 2;

export async function runValidation(smoke: Smoke, run: RegisteredNode): Promise<void> {
  const { network, client, recorder, db, domain } = smoke;
  const { validator, keys, chain } = network;
  const { runId, node, miner } = run;
  const ofRun = (event: { [field: string]: unknown }) => event['runId'] === runId && event['node'] === node;
  const at = { client, registry: chain.registry };

  await recorder.arrow('2.1', 'the chain announces the registration to the validator', async () => {
    const seen = await validator.waitForEvent('registration.seen', { timeoutMs: 240_000, where: ofRun });
    const { transactionHash, blockNumber } = await findEvent(at, { name: 'Registered', runId });
    expectFact(
      seen['txHash'] === transactionHash,
      `the validator saw ${String(seen['txHash'])}, the chain registered in ${transactionHash}`,
    );
    return { evidence: `validator's log: registration of ${node} in tx ${transactionHash}, which the chain has in block ${blockNumber}` };
  });
  await recorder.arrow('2.2', 'the validator requests the endpoint', async () => {
    const nonce = await waitFor(() => db.prisma.seenNonce.findFirst({ where: { signer: keys.validator.address } }), { timeoutMs: 240_000 });
    expectFact(nonce, 'discovery has accepted no query of the validator');
    const refused = await queryAsStranger(smoke, run, 'validator');
    return {
      evidence: `database: discovery took nonce ${nonce.nonce} signed by ${keys.validator.address}; a stranger's query was refused (${refused})`,
    };
  });
  const { raw, verdict } = await recorder.arrow('2.3', 'discovery returns the endpoint', async () => {
    const evidence = await waitFor(() => db.prisma.evidence.findFirst({ where: { runId, node } }), {
      timeoutMs: 240_000,
      intervalMs: 250,
      stopWhen: () => !validator.running,
    });
    expectFact(evidence, `no evidence document of ${node}:\n${validator.lastLines()}`);
    const digest = parseEvidence(evidence.document).announcementDigest;
    // Announcements are renewed: the validator was given the first that was seen here, or one that has replaced it.
    const { envelope } = await db.prisma.announcement.findUniqueOrThrow({ where: { runId_node: { runId, node } } });
    const kept = digestOf(EndpointAnnouncement, EndpointAnnouncement.envelopeSchema.parse(envelope).message, domain);
    expectFact(
      [run.announcementDigest, kept].some((known) => known === digest),
      `the evidence names announcement ${digest}; the node signed ${run.announcementDigest} and ${kept}`,
    );
    return {
      raw: evidence.document,
      verdict: evidence,
      evidence: `the validator's evidence names announcement ${digest}, one that the node's key signed and the database held`,
    };
  });
  const { exchanges, reason } = parseEvidence(raw);
  await recorder.arrow('2.4', 'the validator sends the challenge', async () => {
    const checked = exchanges.map(({ challenge }) =>
      verifyEnvelope(Challenge, challenge, {
        domain,
        now: challenge.message.issuedAt,
        audience: audienceOfAddress(node),
        expectedSigner: keys.validator.address,
      }),
    );
    expectFact(checked.length > 0 && checked.every(({ ok }) => ok), 'a challenge in the evidence does not verify');
    return {
      evidence: `evidence ${verdict.hash}: ${exchanges.map(({ challenge }) => challenge.message.kind).join(', ')}, each signed by ${keys.validator.address}`,
    };
  });
  await recorder.arrow('2.5', 'the miner sends the solution', async () => {
    const checked = exchanges.map(({ answer }) =>
      verifyEnvelope(ChallengeAnswer, answer, {
        domain,
        now: answer.message.issuedAt,
        audience: audienceOfAddress(keys.validator.address),
        expectedSigner: node,
      }),
    );
    expectFact(
      checked.every(({ ok }) => ok),
      'an answer in the evidence does not verify',
    );
    return { evidence: `evidence ${verdict.hash}: ${checked.length} answers, each signed by ${node}` };
  });
  const settled = await recorder.arrow('2.6', 'the validator reports its verdict', async () => {
    const event = await findEvent(at, { name: 'VerdictSubmitted', runId });
    expectFact(event.args.approve, `the validator rejected the node: ${reason}`);
    const hash = hashJson(raw);
    expectFact(event.args.evidenceHash === hash, `the verdict names evidence ${event.args.evidenceHash}, the document hashes to ${hash}`);
    return {
      block: event.blockNumber,
      evidence: `approve, evidence ${hash}: ${await describeTransaction(client, event.transactionHash, keys.validator.address)}`,
    };
  });
  await recorder.arrow('2.7', 'the miner monitors the chain for acceptance', async () => {
    const seen = await miner.waitForEvent('acceptance.seen', { timeoutMs: 240_000, where: ofRun });
    return {
      evidence: `miner's log: ${seen.event}, standing ${String(seen['standing'])}; the chain settled the round in block ${settled.block}`,
    };
  });
  await recorder.arrow('2.8', 'the chain returns the acceptance', async () => {
    const standing = await client.readContract({
      address: chain.registry,
      abi: computeRegistryAbi,
      functionName: 'standingOf',
      args: [BigInt(runId), node],
    });
    expectFact(standing === approved, `the chain says standing ${standing}`);
    return { evidence: `standingOf(${runId}, ${node}) = ${standing} (Approved)` };
  });
}
