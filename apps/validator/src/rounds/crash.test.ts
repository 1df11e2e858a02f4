import { describe, expect, it } from 'vitest';
import { createTestWorld } from '../testing/test-world.ts';
import type { RoundDeps } from './deps.ts';
import { createRounds } from './run-rounds.ts';

class Crash extends Error {}

/** Lets the nth call of any port fail, before or after its effect, and every call after it: the process is gone. */
function crashAt(deps: RoundDeps, at: number, when: 'before' | 'after') {
  let calls = 0;
  const guard =
    <Args extends unknown[], T>(fn: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      calls += 1;
      if (calls > at || (calls === at && when === 'before')) throw new Crash();
      const result = await fn(...args);
      if (calls === at) throw new Crash();
      return result;
    };
  const { registry, discovery, node, journal } = deps;
  const crashing: RoundDeps = {
    ...deps,
    registry: {
      ...registry,
      takesVerdict: guard(registry.takesVerdict),
      hasVoted: guard(registry.hasVoted),
      submitVerdict: guard(registry.submitVerdict),
    },
    discovery: { ...discovery, queryEndpoint: guard(discovery.queryEndpoint), publishEvidence: guard(discovery.publishEvidence) },
    node: { challenge: guard(node.challenge) },
    journal: { ...journal, read: guard(journal.read), write: guard(journal.write) },
  };
  return { crashing, callsMade: () => calls };
}

async function run(deps: RoundDeps) {
  const rounds = createRounds(deps, { concurrency: 1 });
  await rounds.turn();
  await rounds.idle();
}

const counter = createTestWorld();
const { crashing: counted, callsMade } = crashAt(counter.deps, Number.POSITIVE_INFINITY, 'before');
await run(counted);
const boundaries = Array.from({ length: callsMade() }, (_, i) => i + 1);

describe('a crash between two steps of a round', () => {
  it('has a boundary at every port call of a whole round', () => {
    expect(boundaries.length).toBeGreaterThanOrEqual(12);
  });

  it.each(boundaries.flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]))(
    'at call %i (%s) ends in exactly one verdict with published evidence',
    async (at, when) => {
      const world = createTestWorld();
      await run(crashAt(world.deps, at, when).crashing);
      // The process comes back with the same journal and the same chain.
      await run(world.deps);
      expect(world.calls).toHaveLength(1);
      const hashes = new Set(world.published.map((document) => JSON.stringify(document)));
      expect(hashes.size).toBe(1);
    },
  );
});
