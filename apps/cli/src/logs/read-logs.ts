import type { CommandContext } from '../context.ts';
import type { LogChunk } from './print-lines.ts';

/** Everything that is stored of these allocations, one after the other, in pages. */
export async function* readLogs({ asBuyer }: CommandContext, allocations: readonly string[]): AsyncGenerator<LogChunk> {
  for (const allocationId of allocations) {
    let afterSequence: number | null = -1;
    while (afterSequence !== null) {
      const after: number = afterSequence;
      const page = await asBuyer((api) => api.log.read.query({ allocationId, afterSequence: after, limit: 200 }));
      yield* page.chunks;
      afterSequence = page.nextSequence;
    }
  }
}
