import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALLOCATION_TRANSITIONS, applyReport, isTerminalAllocationPhase, type AllocationPhase } from './allocation-lifecycle.ts';
import { isTerminalNodePhase, NODE_TRANSITIONS, nextNodePhase, type NodePhase } from './node-lifecycle.ts';
import { STANDINGS } from './registry/standing.ts';
import { isTerminalTaskPhase, TASK_TRANSITIONS, taskPhase, type TaskPhase } from './task-phase.ts';
import { canMove, move, type TransitionTable } from './transitions.ts';

const keysOf = <K extends string>(table: Record<K, unknown>): K[] => Object.keys(table) as K[];
const nodePhases = keysOf<NodePhase>(NODE_TRANSITIONS);
const allocationPhases = keysOf<AllocationPhase>(ALLOCATION_TRANSITIONS);
const taskPhases = keysOf<TaskPhase>(TASK_TRANSITIONS);

const TABLES: [string, TransitionTable<string>, string][] = [
  ['node', NODE_TRANSITIONS, 'Registered'],
  ['allocation', ALLOCATION_TRANSITIONS, 'Pending'],
  ['task', TASK_TRANSITIONS, 'Pending'],
];

describe.each(TABLES)('the %s table', (_name, table, start) => {
  it('is closed: every phase it names has its own row', () => {
    expect(
      Object.values(table)
        .flat()
        .filter((phase) => !(phase in table)),
    ).toEqual([]);
  });

  it('never moves a phase to itself', () => {
    expect(Object.keys(table).filter((phase) => canMove(table, phase, phase))).toEqual([]);
  });

  it('reaches every phase from the first, and a terminal one from every phase', () => {
    expect([...reachable(table, start)].toSorted()).toEqual(Object.keys(table).toSorted());
    const stuck = Object.keys(table).filter((phase) => ![...reachable(table, phase)].some((next) => table[next]!.length === 0));
    expect(stuck).toEqual([]);
  });

  it('keeps a terminal phase for ever under any sequence of moves', () => {
    const phases = Object.keys(table);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...phases), { maxLength: 30 }), (targets) => {
        let phase = start;
        let ended: string | null = null;
        for (const target of targets) {
          const moved = move(table, phase, target);
          if (moved.ok) phase = moved.value;
          if (ended !== null) expect(phase).toBe(ended);
          if (table[phase]!.length === 0) ended = phase;
        }
      }),
    );
  });
});

const nodeFacts = fc.record({
  standing: fc.constantFrom(...STANDINGS),
  voted: fc.boolean(),
  acknowledged: fc.boolean(),
  lastHeartbeatMs: fc.option(fc.nat(1_000_000)),
  drainRequested: fc.boolean(),
  nowMs: fc.nat(2_000_000),
  heartbeatMs: fc.integer({ min: 1, max: 60_000 }),
  listeningSinceMs: fc.nat(2_000_000),
});

describe('nextNodePhase', () => {
  it('only makes moves that the table allows, and none out of a terminal phase', () => {
    fc.assert(
      fc.property(fc.constantFrom(...nodePhases), nodeFacts, (phase, facts) => {
        const next = nextNodePhase(phase, facts);
        if (isTerminalNodePhase(phase)) expect(next).toBeNull();
        if (next) expect(canMove(NODE_TRANSITIONS, phase, next.phase)).toBe(true);
      }),
    );
  });

  it('settles: the same facts lead to a phase that they leave alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...nodePhases), nodeFacts, (start, facts) => {
        let phase = start;
        for (let step = 0; step < nodePhases.length; step += 1) phase = nextNodePhase(phase, facts)?.phase ?? phase;
        expect(nextNodePhase(phase, facts)).toBeNull();
      }),
    );
  });
});

describe('applyReport', () => {
  it('accepts only moves of the table, under the present epoch', () => {
    const report = fc.record({ epoch: fc.nat(3), phase: fc.constantFrom(...allocationPhases) });
    fc.assert(
      fc.property(report, report, (current, next) => {
        const decision = applyReport(current, next);
        if (!decision.accept) return;
        expect(next.epoch).toBe(current.epoch);
        expect(isTerminalAllocationPhase(current.phase)).toBe(false);
        expect(canMove(ALLOCATION_TRANSITIONS, current.phase, decision.phase)).toBe(true);
      }),
    );
  });
});

describe('taskPhase', () => {
  const replicas = fc.array(fc.record({ phase: fc.constantFrom(...allocationPhases), retrying: fc.boolean() }), { maxLength: 5 });
  it('only makes moves that the table allows', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...taskPhases),
        fc.constantFrom('Running' as const, 'Stopped' as const),
        fc.integer({ min: 1, max: 5 }),
        replicas,
        (current, desired, wanted, list) => {
          const next = taskPhase({ current, desired, wanted, replicas: list });
          expect(next === current || canMove(TASK_TRANSITIONS, current, next)).toBe(true);
        },
      ),
    );
  });

  it('is never terminal while an allocation of it may still run', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Running' as const, 'Stopped' as const),
        fc.integer({ min: 1, max: 5 }),
        replicas,
        (desired, wanted, list) => {
          fc.pre(list.some((replica) => replica.phase !== 'Pending' && !isTerminalAllocationPhase(replica.phase)));
          expect(isTerminalTaskPhase(taskPhase({ current: 'Running', desired, wanted, replicas: list }))).toBe(false);
        },
      ),
    );
  });
});

function reachable(table: TransitionTable<string>, from: string): Set<string> {
  const seen = new Set([from]);
  for (const phase of seen) for (const next of table[phase]!) seen.add(next);
  return seen;
}
