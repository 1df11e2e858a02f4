import type { ContainerRuntime, Labels, NetworkBlueprint } from '../../ports/container-runtime.ts';
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

  async function createNetwork(network: NetworkBlueprint): Promise<void> {
    const { name, labels } = network;
    try {
      // Not by name alone: the engine allows two networks of one name when asked to create twice at once.
      if ((await listNetworks(labels)).some((found) => found.name === name)) return;
      await tryCreate(network, [undefined, ...fallbackSubnets(name)]);
    } catch (error) {
      throw engineError(error, 'CONTAINER_START_FAILED', `The container's network could not be created: ${messageOf(error)}`);
    }
  }

  /** Undefined lets the engine choose the subnet. */
  async function tryCreate(network: NetworkBlueprint, [subnet, ...others]: readonly (string | undefined)[]): Promise<void> {
    try {
      await engine.createNetwork({
        Name: network.name,
        Driver: 'bridge',
        CheckDuplicate: true,
        // Whatever the engine's defaults are: the fence refuses IPv6 altogether.
        EnableIPv6: false,
        Labels: { ...network.labels },
        Options: { 'com.docker.network.bridge.name': network.bridge, 'com.docker.network.bridge.enable_icc': 'false' },
        ...(subnet === undefined ? {} : { IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] } }),
      });
    } catch (error) {
      if (others.length === 0 || !NO_ROOM.test(messageOf(error))) throw error;
      await tryCreate(network, others);
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
