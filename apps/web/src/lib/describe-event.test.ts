import { describe, expect, it } from 'vitest';
import { describeEvent } from './describe-event.ts';

const event = {
  id: '1',
  at: '2026-01-01T00:00:00.000Z',
  actor: 'master',
  subject: 'node:0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  kind: 'node',
  from: 'Unhealthy',
  to: 'Lost',
  reason: 'no heartbeat for 124000 ms',
};

describe('timeline events', () => {
  it('tells change, subject, reason and actor', () => {
    expect(describeEvent(event)).toEqual({
      tone: 'bad',
      subject: 'node 0x7099…79C8',
      change: 'Unhealthy → Lost',
      reason: 'No heartbeat for 2m 4s · by master',
    });
  });

  it('begins where nothing was before, and leaves out what is not known', () => {
    expect(describeEvent({ ...event, from: null, to: 'Registered', reason: null, actor: '' })).toMatchObject({
      change: 'Registered',
      reason: '',
      tone: 'neutral',
    });
  });

  it('does not guess a tone for a kind that it does not know', () => {
    expect(describeEvent({ ...event, kind: 'snapshot', subject: 's', to: 'Acknowledged' })).toMatchObject({
      tone: 'neutral',
      subject: 'snapshot s',
    });
  });

  it('tells the registry’s events as they name themselves', () => {
    const chain = { ...event, kind: 'chain', from: null };
    const actor = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
    expect(describeEvent({ ...chain, actor, subject: 'run 5', to: 'Run closed', reason: null })).toEqual({
      tone: 'ended',
      subject: 'run 5',
      change: 'Run closed',
      reason: 'by 0x7099…79C8',
    });
    const verdict = { ...chain, actor, subject: `node ${actor}`, to: 'Rejecting verdict', reason: 'round 1: 0 for, 1 against' };
    expect(describeEvent(verdict)).toMatchObject({ tone: 'bad', subject: 'node 0x7099…79C8', reason: expect.stringMatching(/^Round 1: /) });
    expect(describeEvent({ ...chain, actor: 'chain', subject: 'run 5', to: 'Gate removed', reason: null }).tone).toBe('neutral');
  });
});
