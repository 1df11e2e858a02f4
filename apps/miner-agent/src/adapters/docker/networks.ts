import type { ContainerRuntime, Labels } from '../../ports/container-runtime.ts';
import { labelFilter } from './containers.ts';
import { fallbackSubnets } from './fallback-subnets.ts';
import { engineError, messageOf, statusOf, type Engine } from './engine.ts';

type Networks = Pick<ContainerRuntime, 'listNetworks' | 'createNetwork' | 'removeNetwork'>;

/** The engine's pools are used up, or somebody has this subnet. */
const NO_ROOM = /non-overlapping|address pool|pool overlaps/i;

export function createNetworks(engine: Engine): Networks {
  async function listNetworks(labels: Labels) {
    try {
      const found = await engine.listNetworks({ filters: labelFilter(labels) });
      return found.map((network) => ({ name: network.Name, labels: network.Labels ?? {} }));
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  async function createNetwork({ name, labels }: { name: string; labels: Labels }): Promise<void> {
    try {
      // Not by name alone: the engine allows two networks of one name when asked to create twice at once.
      if ((await listNetworks(labels)).some((network) => network.name === name)) return;
      await tryCreate(name, labels, [undefined, ...fallbackSubnets(name)]);
    } catch (error) {
      throw engineError(error, 'CONTAINER_START_FAILED', `The container's network could not be created: ${messageOf(error)}`);
    }
  }

  /** Undefined lets the engine choose the subnet. */
  async function tryCreate(name: string, labels: Labels, [subnet, ...others]: readonly (string | undefined)[]): Promise<void> {
    try {
      await engine.createNetwork({
        Name: name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Labels: { ...labels },
        Options: { 'com.docker.network.bridge.enable_icc': 'false' },
        ...(subnet === undefined ? {} : { IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] } }),
      });
    } catch (error) {
      if (others.length === 0 || !NO_ROOM.test(messageOf(error))) throw error;
      await tryCreate(name, labels, others);
    }
  }

  async function removeNetwork(name: string): Promise<void> {
    try {
      await engine.getNetwork(name).remove();
    } catch (error) {
      if (statusOf(error) === 404) return;
      throw engineError(error, 'CONTAINER_START_FAILED', `The container's network could not be removed: ${messageOf(error)}`);
    }
  }

  return { listNetworks, createNetwork, removeNetwork };
}
