import { describe, expect, it } from 'vitest';
import { nodeWith, runWith } from '../../testing/rows.ts';
import { isOpen, stepsOfNode } from './node-facts.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const moment = { nowMs: NOW, heartbeatMs: 30_000, listeningSinceMs: 0, finalizedMs: NOW };
const steps = (node: Parameters<typeof nodeWith>[0], over: { run?: object; moment?: object } = {}) =>
  stepsOfNode(nodeWith(node), runWith(over.run), { ...moment, ...over.moment }).map(({ to }) => to);
const acknowledged = { acknowledgedAt: new Date(NOW), inviteEpoch: 1 };

describe('stepsOfNode', () => {
  it('goes all the way in one turn, however many turns were missed', () => {
    expect(steps({ state: { phase: 'Registered', ...acknowledged }, silentMs: 10 })).toEqual(['Approved', 'Invited', 'Healthy']);
  });

  it('takes silence for what it is', () => {
    const state = { phase: 'Healthy' as const, ...acknowledged };
    expect(steps({ state, silentMs: 50_000 })).toEqual([]);
    expect(steps({ state, silentMs: 70_000 })).toEqual(['Unhealthy']);
    expect(steps({ state, silentMs: 130_000 })).toEqual(['Unhealthy', 'Lost']);
  });

  it('blames no node for the time before this master listened', () => {
    const state = { phase: 'Healthy' as const, ...acknowledged };
    expect(steps({ state, silentMs: 3_600_000 }, { moment: { listeningSinceMs: NOW - 10_000 } })).toEqual([]);
  });

  it('counts the silence of a node whose session was ended', () => {
    const state = { phase: 'Healthy' as const, ...acknowledged, lastHeartbeatAt: new Date(NOW - 70_000) };
    expect(steps({ state })).toEqual(['Unhealthy']);
    expect(steps({ state: { ...acknowledged, phase: 'Invited', lastHeartbeatAt: new Date(0) } })).toEqual([]);
  });

  it('forgets an invite of an earlier term of the master', () => {
    expect(steps({ state: { phase: 'Approved', ...acknowledged } }, { run: { masterEpoch: 2 } })).toEqual([]);
  });

  it('ends no node on an event that the chain may still take back', () => {
    const left = { standing: 'Left' as const, endedAt: new Date(NOW - 1_000) };
    const state = { phase: 'Healthy' as const, ...acknowledged };
    expect(steps({ registration: left, state, silentMs: 10 }, { moment: { finalizedMs: NOW - 60_000 } })).toEqual([]);
    expect(steps({ registration: left, state, silentMs: 10 })).toEqual(['Left']);
    const closed = { closedAt: new Date(NOW - 1_000) };
    expect(steps({ state, silentMs: 10 }, { run: closed, moment: { finalizedMs: NOW - 60_000 } })).toEqual([]);
    expect(steps({ state, silentMs: 10 }, { run: closed })).toEqual(['Closed']);
  });

  it('keeps a node at work whose approval a reorg took back, until another verdict comes', () => {
    const state = { phase: 'Healthy' as const, ...acknowledged };
    expect(steps({ registration: { standing: 'Pending', approvedAt: null, registeredAt: new Date(NOW) }, state, silentMs: 10 })).toEqual(
      [],
    );
    expect(steps({ registration: { standing: 'Rejected', approvedAt: null, endedAt: new Date(NOW) }, state, silentMs: 10 })).toEqual([
      'Invalidated',
    ]);
  });

  it('lets a registration lapse by the chain’s clock: an RPC that is away hides verdicts', () => {
    const registration = { standing: 'Pending' as const, approvedAt: null, registeredAt: new Date(NOW - 4 * 86_400_000) };
    const state = { phase: 'Validating' as const };
    expect(steps({ registration, state }, { moment: { finalizedMs: NOW - 2 * 86_400_000 } })).toEqual([]);
    expect(steps({ registration, state })).toEqual(['Lapsed']);
  });

  it('leaves a node alone whose state is of another registration', () => {
    expect(steps({ registration: { seq: 2 }, state: { seq: 1, phase: 'Healthy' } })).toEqual([]);
  });
});

describe('isOpen', () => {
  it('counts a closing only once it is final', () => {
    const run = runWith({ closedAt: new Date(NOW) });
    expect([isOpen(run, NOW - 1), isOpen(run, NOW), isOpen(runWith(), NOW)]).toEqual([true, false, true]);
  });
});
