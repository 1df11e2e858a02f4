import { describe, expect, it } from 'vitest';
import { STANDINGS } from '@muster/domain/registry/standing';
import { whereaboutsOf, type WhereaboutsInput } from './whereabouts.ts';

const fresh: WhereaboutsInput['report'] = { running: true, invited: false, registering: false, session: null, drains: [] };
const session = { sessionId: 's', generation: 1, lastHeartbeatAt: 1 };
const of = (standing: WhereaboutsInput['standing'], report: Partial<WhereaboutsInput['report']> = {}, runClosed = false) =>
  whereaboutsOf({ standing, runClosed, report: { ...fresh, ...report } });

describe('where the node is', () => {
  it.each([
    [of('None', { running: false }), 0, 'preparation', 'yours'],
    [of('None', { registering: true }), 1, 'registration', 'provider'],
    [of('Pending'), 2, 'validation', 'validators'],
    [of('Approved'), 3, 'invitation', 'master'],
    [of('Approved', { invited: true, session }), 4, 'work', 'master'],
    [of('Approved', { invited: true }), 4, 'work', 'agent'],
    [of('Ejected'), 0, 'over', 'yours'],
    [of('Closed', {}, true), 0, 'over', 'yours'],
  ])('%j', (where, phase, name, turn) => expect(where).toMatchObject({ phase, name, turn }));

  it("is the operator's turn whenever the agent should run and does not", () => {
    expect(of('Pending', { running: false })).toMatchObject({
      phase: 2,
      turn: 'yours',
      next: expect.stringMatching(/start the agent; then the validators/),
    });
    expect(of('Approved', { running: false, invited: true }).turn).toBe('yours');
  });

  it('says that a drained node takes nothing', () => {
    const drains = [{ by: 'owner' as const, reason: 'reboot', deadline: null }];
    expect(of('Approved', { invited: true, session, drains }).next).toMatch(/takes nothing new/);
  });

  it('says something of every standing, and of a chain that does not answer', () => {
    for (const standing of [...STANDINGS, null]) expect(of(standing).next).not.toBe('');
    expect(of(null, { invited: true, session })).toMatchObject({ phase: 4 });
    expect(of(null).next).toMatch(/does not answer/);
  });
});
