import { describe, expect, it } from 'vitest';
import { nodeWith, runWith } from '../../testing/rows.ts';
import { inTurn, isInviteDue } from './due-invites.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const due = (node: Parameters<typeof nodeWith>[0], run = {}) =>
  isInviteDue({ run: runWith(run), node: nodeWith(node), nowMs: NOW, lostAfterMs: 120_000 });
const ago = (ms: number) => new Date(NOW - ms);
const acknowledged = { acknowledgedAt: ago(3_600_000), inviteEpoch: 1 };

describe('isInviteDue', () => {
  it('invites an approved node, and nobody else', () => {
    expect(due({})).toBe(true);
    expect(due({ registration: { standing: 'Pending' }, state: { phase: 'Registered' } })).toBe(false);
    expect(due({ state: { phase: 'Draining' } })).toBe(false);
    expect(due({ state: null })).toBe(false);
    expect(due({ state: { seq: 1 }, registration: { seq: 2 } })).toBe(false);
    expect(due({}, { closedAt: ago(1) })).toBe(false);
  });

  it('waits out the pause after a failed invite', () => {
    expect(due({ state: { nextInviteAt: ago(-1) } })).toBe(false);
    expect(due({ state: { nextInviteAt: ago(1) } })).toBe(true);
  });

  it('does not repeat an acknowledged invite, except in another term of the master', () => {
    const state = { ...acknowledged, phase: 'Healthy' as const };
    expect(due({ state, silentMs: 10 })).toBe(false);
    expect(due({ state, silentMs: 10 }, { masterEpoch: 2 })).toBe(true);
  });

  it('invites a node anew that acknowledged and was then not heard of for as long as it takes to be lost', () => {
    const invited = { ...acknowledged, phase: 'Invited' as const };
    expect(due({ state: invited })).toBe(true);
    expect(due({ state: { ...invited, acknowledgedAt: ago(1_000) } })).toBe(false);
    expect(due({ state: { ...acknowledged, phase: 'Lost' }, silentMs: 200_000 })).toBe(true);
    expect(due({ state: { ...acknowledged, acknowledgedAt: ago(1_000), phase: 'Lost' }, silentMs: 200_000 })).toBe(false);
  });
});

describe('inTurn', () => {
  const silent = Array.from({ length: 100 }, () => ({ run: { runId: '1' }, attempts: 7 }));

  it('lets no run of silent nodes keep another run waiting', () => {
    const honest = { run: { runId: '2' }, attempts: 0 };
    expect(inTurn([...silent, honest]).slice(0, 2)).toContain(honest);
  });

  it('tries first whom it has tried least', () => {
    const fresh = { run: { runId: '1' }, attempts: 0 };
    expect(inTurn([...silent, fresh])[0]).toBe(fresh);
  });
});
