import type { Executor, StepContext } from './executor.ts';
import type { StepKind, StepOf } from './steps.ts';
import { collect } from './executors/collect.ts';
import { create } from './executors/create.ts';
import { finish } from './executors/finish.ts';
import { pull } from './executors/pull.ts';
import { remove, removeNetwork } from './executors/remove.ts';
import { restart } from './executors/restart.ts';
import { start } from './executors/start.ts';
import { stop } from './executors/stop.ts';
import { sync } from './executors/sync.ts';

/** One executor per kind of step: a kind without one does not compile. */
export const EXECUTORS: { readonly [K in StepKind]: Executor<K> } = {
  pull,
  create,
  start,
  restart,
  stop,
  collect,
  finish,
  remove,
  'remove-network': removeNetwork,
  sync,
};

/** Dispatch without a cast: the mapped type keeps each kind with its own executor. */
export function execute<K extends StepKind>(kind: K, step: StepOf<K>, context: StepContext): Promise<void> {
  const executor: Executor<K> = EXECUTORS[kind];
  return executor(step, context);
}
