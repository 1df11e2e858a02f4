import { Readable } from 'node:stream';
import type { ContainerRuntime, LogEntry, ReadLogsOptions } from '../../ports/container-runtime.ts';
import { derived, engineError, statusOf, type Engine } from './engine.ts';
import { logEntries } from './log-frames.ts';

export function createLogs(engine: Engine): Pick<ContainerRuntime, 'readLogs'> {
  async function* readLogs(id: string, { follow, sinceMs, tail, signal }: ReadLogsOptions): AsyncGenerator<LogEntry> {
    try {
      const stream = await openLogs(
        engine,
        id,
        {
          stdout: true,
          stderr: true,
          timestamps: true,
          ...(sinceMs === undefined ? {} : { since: (sinceMs / 1000).toFixed(3) }),
          ...(tail === undefined ? {} : { tail }),
          ...(signal === undefined ? {} : { abortSignal: derived(signal) }),
        },
        follow,
      );
      yield* logEntries(stream);
    } catch (error) {
      if (signal?.aborted) return;
      // Its log went with it.
      if (statusOf(error) === 404 || statusOf(error) === 409) return;
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }
  return { readLogs };
}

type Options = { stdout: true; stderr: true; timestamps: true; since?: string; tail?: number; abortSignal?: AbortSignal };

async function openLogs(engine: Engine, id: string, options: Options, follow: boolean): Promise<AsyncIterable<Uint8Array | string>> {
  const container = engine.getContainer(id);
  if (!follow) return Readable.from([await container.logs({ ...options, follow: false })]);
  return container.logs({ ...options, follow: true });
}
