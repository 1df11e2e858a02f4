import type { ApiOutputs } from '../api-client.ts';
import type { Io } from '../io.ts';
import { stripControls } from '@muster/runtime/strip-controls';

export type LogChunk = ApiOutputs['log']['read']['chunks'][number];

/**
 * Prints each chunk once, whatever a reconnection repeats. People get the text (with the allocation's first letters once there is a
 * second one); programs one JSON document per line.
 */
export function createLinePrinter(io: Io, { json, timestamps }: { json: boolean; timestamps: boolean }): (chunk: LogChunk) => void {
  const newest = new Map<string, number>();
  return ({ allocationId, sequence, lines }) => {
    if (sequence <= (newest.get(allocationId) ?? -1)) return;
    newest.set(allocationId, sequence);
    const prefix = newest.size > 1 ? `${allocationId.slice(0, 8)} ` : '';
    for (const line of lines) {
      if (json) io.stdout(`${JSON.stringify({ allocationId, sequence, ...line })}\n`);
      else io.stdout(`${prefix}${timestamps ? `${new Date(line.at).toISOString()} ` : ''}${stripControls(line.text)}\n`);
    }
  };
}
