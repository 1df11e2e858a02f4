import { describe, expect, it } from 'vitest';
import { applyReport, phaseUnderNode } from './allocation-lifecycle.ts';

describe('applyReport', () => {
  it.each([
    [
      'a short container that was never seen running',
      { epoch: 1, phase: 'Placed' },
      { epoch: 1, phase: 'Succeeded' },
      { accept: true, phase: 'Succeeded' },
    ],
    ['a restart', { epoch: 1, phase: 'Running' }, { epoch: 1, phase: 'Starting' }, { accept: true, phase: 'Starting' }],
    ['a node that is back', { epoch: 1, phase: 'Unknown' }, { epoch: 1, phase: 'Running' }, { accept: true, phase: 'Running' }],
    ['an earlier placement', { epoch: 2, phase: 'Running' }, { epoch: 1, phase: 'Failed' }, { accept: false, code: 'EPOCH_STALE' }],
    ['a word after the end', { epoch: 1, phase: 'Lost' }, { epoch: 1, phase: 'Running' }, { accept: false, code: 'ILLEGAL_TRANSITION' }],
    ['the same again', { epoch: 1, phase: 'Running' }, { epoch: 1, phase: 'Running' }, { accept: false, code: 'UNCHANGED' }],
  ] as const)('decides on %s', (_title, current, report, expected) => {
    expect(applyReport(current, report)).toEqual(expected);
  });
});

describe('phaseUnderNode', () => {
  it.each([
    ['Running', 'Healthy', null],
    ['Running', 'Unhealthy', 'Unknown'],
    ['Unknown', 'Unhealthy', null],
    ['Unknown', 'Lost', 'Lost'],
    ['Running', 'Gone', 'Lost'],
    ['Pending', 'Gone', null],
    ['Succeeded', 'Lost', null],
  ] as const)('%s on a node that is %s becomes %s', (phase, node, expected) => {
    expect(phaseUnderNode(phase, node)).toBe(expected);
  });
});
