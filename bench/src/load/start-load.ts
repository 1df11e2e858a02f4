import { type Child, startChild } from '../child.ts';
import type { LoadMessage, RoundResult } from './messages.ts';

export interface Load {
  /** Answers per second over one round. */
  run(durationMs: number): Promise<number>;
  /** By session or connection: the highest number whose answer has arrived. */
  counters(): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startLoad(target: Extract<LoadMessage, { kind: 'sessions' | 'beats' | 'posts' }>): Promise<Load> {
  const child = startChild('./load/generator.ts');
  const ask = <T>(message: LoadMessage): Promise<T> => child.ask<T>(message);
  await ask(target).catch(stopAndThrow(child));
  return {
    run: async (durationMs) => {
      const { answers, elapsedMs } = await ask<RoundResult>({ kind: 'run', durationMs });
      return (answers / elapsedMs) * 1000;
    },
    counters: () => ask({ kind: 'counters' }),
    stop: () => child.stop(),
  };
}

const stopAndThrow = (child: Child) => async (error: unknown) => {
  await child.stop();
  throw error;
};
