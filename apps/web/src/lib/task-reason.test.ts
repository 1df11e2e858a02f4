import { expect, it } from 'vitest';
import { taskReason } from './task-reason.ts';

const failed = (message: string, createdAt: string) => ({
  createdAt,
  phaseReason: null,
  error: { code: 'CONTAINER_EXITED', message, hint: null },
});

it('is the master’s word, else what ended the newest allocation, and nothing where the phase says it all', () => {
  const allocations = [failed('first', '2026-01-01T00:00:00Z'), failed('second', '2026-01-02T00:00:00Z')];
  expect(taskReason({ phase: 'Pending', phaseReason: 'no node of the run is big enough', allocations: [] })).toBe(
    'No node of the run is big enough',
  );
  expect(taskReason({ phase: 'Failed', phaseReason: null, allocations })).toBe('Second');
  const lost = { createdAt: '2026-01-03T00:00:00Z', phaseReason: 'its node stopped answering', error: null };
  expect(taskReason({ phase: 'Failed', phaseReason: null, allocations: [lost] })).toBe('Its node stopped answering');
  expect(taskReason({ phase: 'Running', phaseReason: null, allocations })).toBeNull();
});
