import { describe, expect, it } from 'vitest';
import { registryEventSchema } from './events.ts';
import { tellEvent } from './tell-event.ts';

const [owner, other, node] = [1, 2, 3].map((n) => `0x${String(n).padStart(40, '0')}`);
const zero = `0x${'0'.repeat(40)}`;
const hash = `0x${'0'.repeat(64)}`;
const position = { blockNumber: 1, blockHash: hash, blockTime: 1_000, logIndex: 0, txHash: hash };
const tell = (name: string, args: object) => tellEvent(registryEventSchema.parse({ name, args: { runId: '5', ...args }, position }));
const verdict = { node, validator: other, seq: 1, round: 2, evidenceHash: hash, approvals: 2, rejections: 1 };

describe('the registry’s events in words', () => {
  it('say what happened to the run', () => {
    const spec = { master: other, validators: other, gate: zero, quorum: 2, termsHash: hash, discoveryUri: '', requirements: '' };
    expect(tell('RunCreated', { owner, spec })).toEqual({
      actor: owner,
      subject: 'run 5',
      to: 'Run created',
      reason: `master ${other}, quorum 2`,
    });
    expect(tell('RunOwnershipOffered', { owner, pendingOwner: other })).toMatchObject({ to: 'Ownership offered', reason: `to ${other}` });
    expect(tell('RunOwnershipOffered', { owner, pendingOwner: zero })).toMatchObject({ to: 'Ownership offer withdrawn', reason: null });
    expect(tell('RunOwnerChanged', { previousOwner: owner, owner: other })).toMatchObject({ actor: other, to: 'Owner changed' });
    expect(tell('MasterChanged', { master: other, masterEpoch: 2 })).toMatchObject({ to: 'Master changed', reason: `to ${other}, term 2` });
    expect(tell('DiscoveryUriChanged', { discoveryUri: 'https://d' })).toMatchObject({ reason: 'to https://d' });
    expect(tell('GateChanged', { gate: other })).toMatchObject({ to: 'Gate changed' });
    expect(tell('GateChanged', { gate: zero })).toMatchObject({ to: 'Gate removed' });
    expect(tell('RunClosed', { owner })).toEqual({ actor: owner, subject: 'run 5', to: 'Run closed', reason: null });
  });

  it('say what happened to a node', () => {
    expect(tell('Registered', { node, provider: other, seq: 3, round: 1, capabilitiesHash: hash })).toEqual({
      actor: other,
      subject: `node ${node}`,
      to: 'Registered on chain',
      reason: 'registration 3',
    });
    expect(tell('VerdictSubmitted', { ...verdict, approve: true })).toMatchObject({
      actor: other,
      to: 'Approving verdict',
      reason: 'round 2: 2 for, 1 against',
    });
    expect(tell('VerdictSubmitted', { ...verdict, approve: false })).toMatchObject({ to: 'Rejecting verdict' });
    expect(tell('RoundSettled', { node, seq: 1, round: 2, standing: 'Approved' })).toMatchObject({ to: 'Approved on chain' });
    const ended = { node, actor: owner, seq: 1, standing: 'Ejected', banned: true, reason: 'cheats' };
    expect(tell('Ended', ended)).toMatchObject({ actor: owner, to: 'Ejected on chain', reason: 'cheats, banned' });
    expect(tell('Ended', { ...ended, standing: 'Left', banned: false, reason: '' })).toMatchObject({ to: 'Left on chain', reason: null });
    expect(tell('Unbanned', { node })).toMatchObject({ subject: `node ${node}`, to: 'Ban lifted' });
  });
});
