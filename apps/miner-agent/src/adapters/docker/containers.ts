import { AppError } from '@muster/protocol/errors/app-error';
import type Docker from 'dockerode';
import type { ContainerBlueprint, ContainerRuntime, ContainerState, Labels, ObservedContainer } from '../../ports/container-runtime.ts';
import { createOptionsOf } from './create-options.ts';
import { engineError, messageOf, statusOf, type Engine } from './engine.ts';

type Containers = Pick<
  ContainerRuntime,
  'listContainers' | 'listPublishedPorts' | 'createContainer' | 'startContainer' | 'stopContainer' | 'removeContainer'
>;

export function createContainers(engine: Engine): Containers {
  async function listContainers(labels: Labels): Promise<ObservedContainer[]> {
    try {
      const found = await engine.listContainers({ all: true, filters: labelFilter(labels) });
      const inspected = await Promise.all(found.map(({ Id }) => inspectOrNull(engine, Id)));
      return inspected.filter((info) => info !== null).map(observe);
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  async function listPublishedPorts(): Promise<number[]> {
    try {
      const found = await engine.listContainers();
      return found.flatMap(({ Ports }) => Ports.map(({ PublicPort }) => PublicPort)).filter((port) => port > 0);
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  async function createContainer(blueprint: ContainerBlueprint): Promise<string> {
    try {
      const container = await engine.createContainer(createOptionsOf(blueprint));
      return container.id;
    } catch (error) {
      if (statusOf(error) === 409) {
        const [twin] = await listContainers(blueprint.labels);
        if (twin?.name === blueprint.name) return twin.id;
      }
      throwGpuFailure(error);
      if (statusOf(error) === 404) throw new AppError('IMAGE_NOT_FOUND', { publicMessage: messageOf(error), cause: error });
      throw engineError(error, 'CONTAINER_START_FAILED');
    }
  }

  async function startContainer(id: string): Promise<void> {
    try {
      await engine.getContainer(id).start();
    } catch (error) {
      if (statusOf(error) === 304) return;
      throwGpuFailure(error);
      const message = messageOf(error);
      if (statusOf(error) === 400 && /no such file or directory|executable file not found|permission denied/i.test(message)) {
        throw new AppError('COMMAND_NOT_FOUND', { publicMessage: commandNotFound(message), cause: error });
      }
      throw engineError(error, 'CONTAINER_START_FAILED');
    }
  }

  async function stopContainer(id: string, graceMs: number): Promise<void> {
    try {
      await engine.getContainer(id).stop({ t: Math.ceil(graceMs / 1000) });
    } catch (error) {
      if (statusOf(error) === 304 || statusOf(error) === 404) return;
      throw engineError(error, 'CONTAINER_START_FAILED', `The container could not be stopped: ${messageOf(error)}`);
    }
  }

  async function removeContainer(id: string): Promise<void> {
    try {
      // v: the image's own anonymous volumes; named volumes stay.
      await engine.getContainer(id).remove({ v: true });
    } catch (error) {
      const isGoing = statusOf(error) === 409 && /already in progress/i.test(messageOf(error));
      if (statusOf(error) === 404 || isGoing) return;
      throw engineError(error, 'CONTAINER_START_FAILED', `The container could not be removed: ${messageOf(error)}`);
    }
  }

  return { listContainers, listPublishedPorts, createContainer, startContainer, stopContainer, removeContainer };
}

export const labelFilter = (labels: Labels) => ({ label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) });

/** Between the list and the look a container may go. */
async function inspectOrNull(engine: Engine, id: string): Promise<Docker.ContainerInspectInfo | null> {
  try {
    return await engine.getContainer(id).inspect();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

const STATES: readonly ContainerState[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];
const stateOf = (status: string): ContainerState => STATES.find((state) => state === status) ?? 'dead';
const timeOf = (text: string): string | null => (text.startsWith('0001-') || text === '' ? null : text);

function observe({ Id, Name, Config, Image, State }: Docker.ContainerInspectInfo): ObservedContainer {
  const startedAt = timeOf(State.StartedAt);
  return {
    id: Id,
    name: Name.replace(/^\//, ''),
    labels: Config.Labels ?? {},
    imageId: Image,
    state: stateOf(State.Status),
    pid: State.Running && State.Pid > 0 ? State.Pid : null,
    startedAt,
    finishedAt: State.Running ? null : timeOf(State.FinishedAt),
    exitCode: State.Running || (startedAt === null && State.ExitCode === 0) ? null : State.ExitCode,
    oomKilled: State.OOMKilled,
    error: State.Error === '' ? null : State.Error,
  };
}

/** NVIDIA's hook fails in the words of a missing file now and then: the task's command is not to blame for that. */
function throwGpuFailure(error: unknown): void {
  const problem = gpuFailure(messageOf(error));
  if (problem === null) return;
  throw new AppError('GPU_UNAVAILABLE', { publicMessage: `The engine could not give the container its GPU: ${problem}`, cause: error });
}

/** What of the engine's chain of causes is about GPUs; null when nothing is. */
export const gpuFailure = (message: string): string | null =>
  /(nvidia-container-cli(?:\.real)?: .*|could not select device driver .*|(?:unresolvable|failed to inject) CDI devices? .*)/i
    .exec(message)?.[1]
    ?.slice(0, 500) ?? null;

/** From runc's long chain of causes to the part that names the command. */
export function commandNotFound(message: string): string {
  const exec = /exec: "([^"]+)"/.exec(message);
  return exec ? `The command "${exec[1]}" does not exist in the image, or may not be executed` : message;
}
