import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';

/** For suites outside this workspace, which choose their own engine. */
export const createRuntime = (dockerHost: string): ContainerRuntime => createDockerRuntime({ dockerHost });
