import { once } from 'node:events';
import { within } from '@muster/runtime/within';
import { z } from 'zod';
import { spawnIsolated } from './isolate.ts';

/** A process of its own with a stage of its own, in which one case after the other can be run. */
export interface Lane {
  /** What was seen. Throws what the case threw. */
  run(order: LaneOrder): Promise<string>;
  /** Resolves once everything of it is gone, also when it ended by itself. */
  readonly ended: Promise<unknown>;
  /** Takes its stage down; kills it when that does not end. */
  stop(): Promise<unknown>;
}

export const laneOrderSchema = z.strictObject({ name: z.string(), seed: z.number() });
export type LaneOrder = z.infer<typeof laneOrderSchema>;

const answerSchema = z.strictObject({ ok: z.boolean(), said: z.string() });
export type LaneAnswer = z.infer<typeof answerSchema>;

/** Many times what it takes to set a stage up, and to take it down; who is stuck in a case may never come to that. */
const START_MS = 600_000;
const STOP_MS = 120_000;

/** Resolves once its stage is set up. */
export async function openLane(main: string, progress: number | 'ignore'): Promise<Lane> {
  const child = spawnIsolated(main, progress);
  // Not `close`, which never comes once the channel was closed from this side.
  const ended = once(child, 'exit');
  const answer = async (): Promise<string> => {
    const [said] = await Promise.race([once(child, 'message'), ended.then((): never => gone())]);
    const { ok, said: text } = answerSchema.parse(said);
    if (ok) return text;
    const error = new Error(text);
    error.stack = text;
    throw error;
  };
  const gone = (): never => {
    throw new Error(`the lane ended with ${child.signalCode ?? child.exitCode}; what it said stands above`);
  };
  const ready = answer();
  if (!(await within(START_MS, ready))) child.kill('SIGKILL');
  await ready;
  return {
    ended,
    async run(order) {
      child.send(order);
      return answer();
    },
    async stop() {
      if (child.connected) child.disconnect();
      if (!(await within(STOP_MS, ended))) child.kill('SIGKILL');
      await ended;
    },
  };
}
