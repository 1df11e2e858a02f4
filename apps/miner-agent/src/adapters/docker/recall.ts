import { z } from 'zod';
import type { ContainerRuntime, EngineMemory } from '../../ports/container-runtime.ts';
import { engineError, statusOf, type Engine } from './engine.ts';

const infoSchema = z.object({ SystemTime: z.iso.datetime({ offset: true }) });
const networkSchema = z.object({ Created: z.iso.datetime({ offset: true }) });
const eventSchema = z.object({ Type: z.string(), Action: z.string(), Actor: z.object({ ID: z.string() }), timeNano: z.number() });

/** Docker keeps its last 256 events; some may be younger than our question. */
const FULL = 240;
const NANOS_PER_MS = 1e6;

/** Docker's memory is that of one process: it is empty when it begins, and so is its default bridge network made anew. */
export function createRecall(engine: Engine): Pick<ContainerRuntime, 'recall'> {
  /** Null for an engine that has no such network, or keeps it for the containers that ran on. */
  async function bridgeCreatedAt(): Promise<number | null> {
    try {
      return Date.parse(networkSchema.parse(await engine.getNetwork('bridge').inspect()).Created);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  async function eventsUntil(until: number) {
    const stream = await engine.getEvents({ since: 0, until: until / 1000 });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    const lines = Buffer.concat(chunks).toString().split('\n');
    return lines.filter((line) => line.trim() !== '').map((line) => eventSchema.parse(JSON.parse(line)));
  }

  async function recall(): Promise<EngineMemory> {
    try {
      // Asked in its own time: a question about its future it would answer no sooner.
      const now = Date.parse(infoSchema.parse(await engine.info()).SystemTime);
      const [beganAt, events] = await Promise.all([bridgeCreatedAt(), eventsUntil(now)]);
      const starts = events.filter(({ Type, Action }) => Type === 'container' && Action === 'start');
      return {
        now,
        beganAt,
        oldest: events.length === 0 ? null : Math.min(...events.map(({ timeNano }) => timeNano / NANOS_PER_MS)),
        mayHaveForgotten: events.length >= FULL,
        started: new Set(starts.map(({ Actor }) => Actor.ID)),
      };
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  return { recall };
}
