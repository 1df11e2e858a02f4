import { Agent } from 'node:http';
import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import { connectEngine, engineError } from './engine.ts';

/** Other calls keep their connections; this one has its own each time. */
export function createKnock(dockerHost: string): Pick<ContainerRuntime, 'knock'> {
  const engine = connectEngine(dockerHost, { agent: new Agent({ keepAlive: false }) });
  return {
    async knock() {
      await engine.ping().catch((error: unknown) => {
        throw engineError(error, 'DOCKER_UNAVAILABLE');
      });
    },
  };
}
