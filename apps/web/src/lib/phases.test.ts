import { describe, expect, it } from 'vitest';
import { NODE_STATIONS, phaseInfo, trackOf } from './phases.ts';

const node = (phase: string, facts: Partial<Parameters<typeof trackOf>[0]> = {}) => ({
  phase,
  approvedAt: null,
  lastHeartbeatAt: null,
  approvals: 0,
  rejections: 0,
  ...facts,
});

describe('the way of a node', () => {
  it.each(NODE_STATIONS.map((phase, station) => [phase, station]))('stands at %s as station %i', (phase, station) => {
    expect(trackOf(node(String(phase)))).toEqual({ station, derailed: false });
  });

  it('leaves a node that fell off where it got to', () => {
    expect(trackOf(node('Lost', { approvedAt: 'x', lastHeartbeatAt: 'x' }))).toEqual({ station: 4, derailed: true });
    expect(trackOf(node('Ejected', { approvedAt: 'x' }))).toEqual({ station: 2, derailed: true });
    expect(trackOf(node('Rejected', { rejections: 1 }))).toEqual({ station: 1, derailed: true });
    expect(trackOf(node('Lapsed'))).toEqual({ station: 0, derailed: true });
  });

  it('shows a phase that it does not know as it is', () => {
    expect(phaseInfo('node', 'Dancing')).toEqual({ tone: 'neutral', meaning: 'Dancing' });
  });
});
