import { z } from 'zod';
import type { ContainerRuntime, Labels, RuntimeEvent } from '../../ports/container-runtime.ts';
import { labelFilter } from './containers.ts';
import { derived, engineError, type Engine } from './engine.ts';

const eventSchema = z.object({
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).optional() }),
});

export function createEvents(engine: Engine): Pick<ContainerRuntime, 'watch'> {
  async function* watch(labels: Labels, signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    try {
      const stream = await engine.getEvents({ filters: { ...labelFilter(labels), type: ['container'] }, abortSignal: derived(signal) });
      let rest = '';
      for await (const chunk of stream) {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const parsed = eventSchema.safeParse(line.trim() === '' ? null : JSON.parse(line));
          if (parsed.success)
            yield { action: parsed.data.Action, containerId: parsed.data.Actor.ID, labels: parsed.data.Actor.Attributes ?? {} };
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }
  return { watch };
}
