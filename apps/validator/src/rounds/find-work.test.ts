import type { RegistrationState, RegistryState, RunState, VerdictState } from '@muster/domain/registry/state';
import { registrationKey, verdictKey } from '@muster/domain/registry/state';
import { describe, expect, it } from 'vitest';
import { findWork } from './find-work.ts';

const HOUR = 60 * 60_000;
const T = 1_800_000_000_000;
const ME = '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65';
const address = (n: number) => `0x${n.toString().padStart(40, '0')}`;

const run = (runId: string, overrides: Partial<RunState> = {}): RunState => ({
  runId,
  owner: ME,
  pendingOwner: null,
  master: ME,
  masterEpoch: 1,
  validators: ME,
  gate: ME,
  quorum: 1,
  termsHash: '0x',
  discoveryUri: `http://127.0.0.1/${runId}`,
  requirements: '',
  createdAt: T,
  createdTx: '0x',
  closedAt: null,
  closedTx: null,
  ...overrides,
});
const node = (runId: string, n: number, overrides: Partial<RegistrationState> = {}): RegistrationState => ({
  runId,
  node: address(n),
  provider: ME,
  seq: 1,
  round: 1,
  approvals: 0,
  rejections: 0,
  standing: 'Pending',
  banned: false,
  registeredAt: T,
  roundOpenedAt: T,
  approvedAt: null,
  endedAt: null,
  capabilitiesHash: `0x${'1'.repeat(64)}`,
  registeredTx: '0x',
  registeredBlock: 1,
  endedReason: null,
  ...overrides,
});
const setup = (runs: RunState[], registrations: RegistrationState[], verdicts: VerdictState[] = []): RegistryState => ({
  runs: new Map(runs.map((state) => [state.runId, state])),
  registrations: new Map(registrations.map((state) => [registrationKey(state), state])),
  verdicts: new Map(verdicts.map((state) => [verdictKey(state), state])),
});

describe('findWork', () => {
  it('finds a pending node, with the deadline of its round', () => {
    expect(findWork(setup([run('1')], [node('1', 5)]), ME, T + 1)).toEqual([
      {
        runId: '1',
        node: address(5),
        seq: 1,
        round: 1,
        discoveryUri: 'http://127.0.0.1/1',
        capabilitiesHash: `0x${'1'.repeat(64)}`,
        deadline: T + 6 * HOUR,
      },
    ]);
  });

  it.each<[string, Partial<RegistrationState>, number]>([
    ['that left', { standing: 'Left' }, T],
    ['that lapsed', {}, T + 72 * HOUR],
    ['that was approved an hour ago', { standing: 'Approved', approvals: 1 }, T + HOUR],
  ])('leaves a node %s alone', (_title, overrides, now) => {
    expect(findWork(setup([run('1')], [node('1', 5, overrides)]), ME, now)).toEqual([]);
  });

  it('leaves a closed run alone', () => {
    expect(findWork(setup([run('1', { closedAt: T })], [node('1', 5)]), ME, T + 1)).toEqual([]);
  });

  it('leaves a round alone in which it has voted, but not the next one', () => {
    const vote: VerdictState = {
      runId: '1',
      node: address(5),
      seq: 1,
      round: 1,
      validator: ME,
      approve: true,
      evidenceHash: '0x',
      txHash: '0x',
      at: T,
    };
    const state = setup([run('1', { quorum: 2 })], [node('1', 5, { approvals: 1 })], [vote]);
    expect(findWork(state, ME, T + 1)).toEqual([]);
    expect(findWork(state, ME, T + 6 * HOUR)).toMatchObject([{ round: 2, deadline: T + 72 * HOUR }]);
  });

  it('takes runs in turn, so that one full of nodes does not hold up the others', () => {
    const state = setup([run('1'), run('2')], [node('1', 1), node('1', 2), node('1', 3), node('2', 4)]);
    expect(findWork(state, ME, T + 1).map(({ runId }) => runId)).toEqual(['1', '2', '1', '1']);
  });
});
