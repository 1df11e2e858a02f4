import type Docker from 'dockerode';

export interface ContainerStarts {
  /** When the engine's own event of the task's start arrived, on performance.now's clock, and which container it was. */
  of(taskId: string): Promise<{ at: number; containerId: string }>;
  close(): void;
}

interface StartEvent {
  Actor: { ID: string; Attributes: Record<string, string> };
}

/** Listens to the engine for starts of a run's containers. */
export async function watchContainerStarts(docker: Docker, runId: string): Promise<ContainerStarts> {
  const seen = new Map<string, { at: number; containerId: string }>();
  const waiting = new Map<string, (seen: { at: number; containerId: string }) => void>();
  const stream = await docker.getEvents({ filters: { type: ['container'], event: ['start'], label: [`muster.run=${runId}`] } });
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const at = performance.now();
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text.trim() !== '')) {
      const { Actor } = JSON.parse(line) as StartEvent;
      const taskId = Actor.Attributes['muster.task'] ?? '';
      const start = { at, containerId: Actor.ID };
      seen.set(taskId, start);
      waiting.get(taskId)?.(start);
    }
  });
  return {
    of: (taskId) => {
      const start = seen.get(taskId);
      return start ? Promise.resolve(start) : new Promise((resolve) => waiting.set(taskId, resolve));
    },
    close: () => {
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
    },
  };
}
