import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChainClient } from '../clients.ts';
import { createTxSender } from '../sender/tx-sender.ts';
import { CAPABILITIES_HASH, EVIDENCE_HASH, signConsent, startDevChain, type DevChain } from '../testing/dev-chain.ts';
import { acceptRun } from './accept-run.ts';
import { addValidator } from './add-validator.ts';
import { approvedSeconds } from './approved-seconds.ts';
import { checkDeployment } from './check-deployment.ts';
import { closeRun } from './close-run.ts';
import { eject } from './eject.ts';
import { getRegistration } from './get-registration.ts';
import { getRun } from './get-run.ts';
import { isValidator } from './is-validator.ts';
import { lastVote } from './last-vote.ts';
import { leaveRun } from './leave-run.ts';
import { masterTerm } from './master-term.ts';
import { nextRound } from './next-round.ts';
import { nodeInfo } from './node-info.ts';
import { offerRun } from './offer-run.ts';
import { register } from './register.ts';
import { removeValidator } from './remove-validator.ts';
import { runCount } from './run-count.ts';
import { setDiscoveryUri } from './set-discovery-uri.ts';
import { setGate } from './set-gate.ts';
import { setMaster } from './set-master.ts';
import { standingOf } from './standing-of.ts';
import { submitVerdict } from './submit-verdict.ts';
import { unban } from './unban.ts';

let chain: DevChain;

beforeAll(async () => {
  chain = await startDevChain();
});

afterAll(() => chain.stop());

const reader = () => ({ client: chain.client, registry: chain.addresses.registry });
const writer = (role: Parameters<DevChain['sender']>[0]) => ({ sender: chain.sender(role), registry: chain.addresses.registry });

describe('runs', () => {
  it('are created, read and closed', async () => {
    const runId = await chain.createRun({ requirements: 'cpu: 2..' });
    expect(await getRun(reader(), runId)).toMatchObject({
      runId,
      owner: chain.account('buyer').address,
      master: chain.account('master').address,
      masterEpoch: 1,
      requirements: 'cpu: 2..',
      pendingOwner: null,
      closedAt: null,
    });
    expect(await runCount(reader())).toBe(Number(runId));
    await closeRun(writer('buyer'), { runId });
    expect((await getRun(reader(), runId)).closedAt).toBeGreaterThan(0);
    await expect(closeRun(writer('buyer'), { runId })).rejects.toMatchObject({ code: 'RUN_CLOSED' });
  });

  it('change master, discovery, gate and owner', async () => {
    const runId = await chain.createRun();
    const newMaster = chain.account('stranger').address;
    await setMaster(writer('buyer'), { runId, master: newMaster });
    await setDiscoveryUri(writer('buyer'), { runId, discoveryUri: 'https://discovery.example.com' });
    await setGate(writer('buyer'), { runId, gate: chain.addresses.validatorSet });
    await offerRun(writer('buyer'), { runId, to: newMaster });
    await acceptRun(writer('stranger'), { runId });
    expect(await getRun(reader(), runId)).toMatchObject({
      owner: newMaster,
      master: newMaster,
      masterEpoch: 2,
      discoveryUri: 'https://discovery.example.com',
      gate: chain.addresses.validatorSet,
    });
    const first = await masterTerm(reader(), runId, 1);
    expect(first.master).toBe(chain.account('master').address);
    expect(first.until).toBe((await masterTerm(reader(), runId, 2)).since);
  });

  it('say who asks for the impossible', async () => {
    const runId = await chain.createRun();
    await expect(getRun(reader(), '999')).rejects.toMatchObject({ code: 'RUN_UNKNOWN', data: { error: 'RunNotFound', runId: '999' } });
    await expect(setMaster(writer('stranger'), { runId, master: chain.account('stranger').address })).rejects.toMatchObject({
      code: 'NOT_RUN_OWNER',
      data: { caller: chain.account('stranger').address },
    });
    await expect(chain.createRun({ validators: chain.account('stranger').address })).rejects.toMatchObject({ code: 'WRONG_REGISTRY' });
    await expect(chain.createRun({ discoveryUri: 'x'.repeat(257) })).rejects.toMatchObject({
      code: 'CONTRACT_REVERTED',
      data: { error: 'StringTooLong', length: '257' },
    });
    await expect(acceptRun(writer('stranger'), { runId })).rejects.toMatchObject({ code: 'NOT_RUN_OWNER' });
    await expect(masterTerm(reader(), runId, 7)).rejects.toMatchObject({
      code: 'CONTRACT_REVERTED',
      data: { error: 'MasterTermNotFound' },
    });
  });
});

describe('nodes', () => {
  it('register, are approved and leave', async () => {
    const runId = await chain.createRun();
    const { node, seq } = await chain.registerNode(runId);
    const subject = { runId, node: node.address };
    expect(seq).toBe(1);
    expect(await getRegistration(reader(), runId, node.address)).toMatchObject({
      ...subject,
      provider: chain.account('provider').address,
      seq: 1,
      round: 1,
      standing: 'Pending',
      capabilitiesHash: CAPABILITIES_HASH,
      approvedAt: null,
    });
    expect(await nodeInfo(reader(), node.address)).toEqual({ provider: chain.account('provider').address, activeRunId: runId });
    expect(await nextRound(reader(), runId, node.address)).toMatchObject({ round: 1 });

    await submitVerdict(writer('validator'), { ...subject, seq, round: 1, approve: true, evidenceHash: EVIDENCE_HASH });
    expect(await standingOf(reader(), runId, node.address)).toBe('Approved');
    expect(await lastVote(reader(), { ...subject, validator: chain.account('validator').address })).toEqual({ seq: 1, round: 1 });
    expect(await approvedSeconds(reader(), runId, node.address)).toBeGreaterThanOrEqual(0);

    await leaveRun(writer('provider'), subject);
    expect(await standingOf(reader(), runId, node.address)).toBe('Left');
    expect(await nextRound(reader(), runId, node.address)).toBeNull();
    expect(await nodeInfo(reader(), node.address)).toMatchObject({ activeRunId: null });
  });

  it('are ejected, banned and unbanned', async () => {
    const runId = await chain.createRun();
    const { node, seq } = await chain.registerNode(runId);
    const ejection = { runId, node: node.address, seq, reason: 'cheats' };
    await expect(eject(writer('master'), { ...ejection, ban: true })).rejects.toMatchObject({ code: 'NOT_RUN_OWNER' });
    await expect(eject(writer('stranger'), { ...ejection, ban: false })).rejects.toMatchObject({ code: 'NOT_RUN_MASTER' });
    await eject(writer('buyer'), { ...ejection, ban: true });
    expect(await getRegistration(reader(), runId, node.address)).toMatchObject({ standing: 'Ejected', banned: true });
    await unban(writer('buyer'), { runId, node: node.address });
    expect(await getRegistration(reader(), runId, node.address)).toMatchObject({ banned: false });
    await expect(eject(writer('buyer'), { ...ejection, ban: false })).rejects.toMatchObject({
      code: 'NOT_REGISTERED',
      publicMessage: expect.stringContaining('Ejected'),
    });
  });

  it('read as unregistered where they never registered', async () => {
    const runId = await chain.createRun();
    const stranger = chain.account('stranger').address;
    expect(await getRegistration(reader(), runId, stranger)).toBeNull();
    expect(await standingOf(reader(), runId, stranger)).toBe('None');
    expect(await nodeInfo(reader(), stranger)).toEqual({ provider: null, activeRunId: null });
    expect(await lastVote(reader(), { runId, node: stranger, validator: stranger })).toBeNull();
  });

  it('are refused with the reason that applies', async () => {
    const runId = await chain.createRun();
    const { node } = await chain.registerNode(runId);
    const { registry } = chain.addresses;
    const { timestamp } = await chain.client.getBlock();
    const consentOf = async (change: { provider?: `0x${string}`; seq?: number; deadline?: bigint; runId?: string }) => {
      const values = {
        chainId: chain.anvil.chainId,
        registry,
        runId,
        provider: chain.account('provider').address,
        node: node.address,
        seq: 2,
        deadline: timestamp + 3600n,
        ...change,
      };
      return { ...values, capabilitiesHash: CAPABILITIES_HASH, consent: await signConsent(node, values) };
    };
    await expect(register(writer('provider'), await consentOf({}))).rejects.toMatchObject({ code: 'NODE_IN_ANOTHER_RUN' });
    await expect(register(writer('stranger'), await consentOf({}))).rejects.toMatchObject({ code: 'NODE_OWNED_BY_ANOTHER_PROVIDER' });
    await expect(register(writer('provider'), await consentOf({ deadline: timestamp - 1n }))).rejects.toMatchObject({
      code: 'CONSENT_EXPIRED',
    });
    await expect(register(writer('provider'), await consentOf({ runId: '999' }))).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
    await leaveRun(writer('provider'), { runId, node: node.address });
    await expect(register(writer('provider'), await consentOf({}))).rejects.toMatchObject({
      code: 'COOLDOWN_ACTIVE',
      data: { error: 'CooldownNotOver' },
    });
    const other = await chain.createRun();
    await expect(register(writer('provider'), await consentOf({ runId: other, seq: 5 }))).rejects.toMatchObject({
      code: 'CONSENT_INVALID',
    });
    await expect(register(writer('provider'), { ...(await consentOf({ runId: other, seq: 1 })), consent: '0x1234' })).rejects.toMatchObject(
      { code: 'CONSENT_INVALID' },
    );
    await closeRun(writer('buyer'), { runId: other });
    await expect(register(writer('provider'), await consentOf({ runId: other, seq: 1 }))).rejects.toMatchObject({ code: 'RUN_CLOSED' });
  });
});

describe('validators', () => {
  it('are listed by the owner of the set', async () => {
    const validatorSet = { sender: chain.sender('deployer'), validatorSet: chain.addresses.validatorSet };
    const stranger = chain.account('stranger').address;
    const listed = () => isValidator({ client: chain.client, validatorSet: chain.addresses.validatorSet }, '1', stranger);
    expect(await listed()).toBe(false);
    await addValidator(validatorSet, { validator: stranger });
    expect(await listed()).toBe(true);
    await expect(addValidator(validatorSet, { validator: stranger })).rejects.toMatchObject({ code: 'CONFLICT' });
    await removeValidator(validatorSet, { validator: stranger });
    expect(await listed()).toBe(false);
    await expect(addValidator({ ...validatorSet, sender: chain.sender('stranger') }, { validator: stranger })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('are told why a verdict does not count', async () => {
    const runId = await chain.createRun({ quorum: 2 });
    const { node, seq } = await chain.registerNode(runId);
    const verdict = { runId, node: node.address, seq, round: 1, approve: true, evidenceHash: EVIDENCE_HASH };
    await expect(submitVerdict(writer('stranger'), verdict)).rejects.toMatchObject({ code: 'NOT_A_VALIDATOR' });
    await expect(submitVerdict(writer('validator'), { ...verdict, seq: 9 })).rejects.toMatchObject({ code: 'STALE_REGISTRATION' });
    await expect(submitVerdict(writer('validator'), { ...verdict, round: 2 })).rejects.toMatchObject({ code: 'STALE_REGISTRATION' });
    const first = await submitVerdict(writer('validator'), verdict);
    expect(await submitVerdict(writer('validator'), verdict)).toEqual(first);
    await expect(submitVerdict(writer('validator'), verdict, { key: 'another intention' })).rejects.toMatchObject({
      code: 'VERDICT_ALREADY_GIVEN',
    });
  });
});

describe('failures outside the contract', () => {
  it('tell an RPC that is down, another chain and a wrong address apart', async () => {
    const { rpcUrl } = chain.anvil;
    const { registry } = chain.addresses;
    await expect(checkDeployment(reader())).resolves.toBeUndefined();
    const down = createChainClient({ chainId: 31337, rpcUrl: 'http://127.0.0.1:9', retries: 0 });
    await expect(checkDeployment({ client: down, registry })).rejects.toMatchObject({ code: 'RPC_UNAVAILABLE' });
    await expect(getRun({ client: down, registry }, '1')).rejects.toMatchObject({ code: 'RPC_UNAVAILABLE' });
    const other = createChainClient({ chainId: 42161, rpcUrl });
    await expect(checkDeployment({ client: other, registry })).rejects.toMatchObject({
      code: 'WRONG_CHAIN',
      data: { expected: 42161, found: 31337 },
    });
    await expect(checkDeployment({ ...reader(), registry: chain.account('stranger').address })).rejects.toMatchObject({
      code: 'WRONG_REGISTRY',
    });
    await expect(checkDeployment({ ...reader(), registry: chain.addresses.validatorSet })).rejects.toMatchObject({
      code: 'WRONG_REGISTRY',
    });
    await expect(getRun({ ...reader(), registry: chain.account('stranger').address }, '1')).rejects.toMatchObject({
      code: 'WRONG_REGISTRY',
    });
    await expect(closeRun({ ...writer('buyer'), registry: chain.account('stranger').address }, { runId: '1' })).rejects.toMatchObject({
      code: 'WRONG_REGISTRY',
    });
  });

  it('name who lacks how much for gas', async () => {
    const poor = privateKeyToAccount(generatePrivateKey());
    const sender = createTxSender({ client: chain.client, account: poor });
    const closing = closeRun({ sender, registry: chain.addresses.registry }, { runId: await chain.createRun() });
    // The owner check comes first: nobody is asked for money for a call that would be refused.
    await expect(closing).rejects.toMatchObject({ code: 'NOT_RUN_OWNER' });
    const creating = sender.send({ to: chain.account('stranger').address, data: '0x' });
    await expect(creating).rejects.toMatchObject({
      code: 'INSUFFICIENT_GAS_FUNDS',
      data: { address: poor.address, balanceWei: '0' },
      hint: expect.stringMatching(/Send at least 0\.\d+ ETH to 0x/),
    });
  });
});
