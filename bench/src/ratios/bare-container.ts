import type Docker from 'dockerode';

export interface BareContainers {
  /** Takes over the options of a container that the agent made. */
  imitate(modelId: string): Promise<void>;
  /** Creates and starts one more like the model; resolves with the milliseconds until the engine said that it runs. */
  measure(): Promise<number>;
  close(): Promise<void>;
}

const LABEL = 'muster.bench';

/** Containers with exactly the options of one that the agent made, and a network of its own where that one has it. */
export function createBareContainers(docker: Docker, token: string): BareContainers {
  const labels = { [LABEL]: token };
  let model: Docker.ContainerInspectInfo | undefined;
  let made = 0;

  async function measure(): Promise<number> {
    if (!model) throw new Error('nothing to imitate yet');
    const { Config, HostConfig } = model;
    const ownsNetwork = HostConfig.NetworkMode !== 'none';
    const name = `muster-bench-${token}-${(made += 1)}`;
    const startedAt = performance.now();
    if (ownsNetwork) await docker.createNetwork({ Name: name, Driver: 'bridge', CheckDuplicate: true, Labels: labels });
    const { Image, Env, User, Cmd } = Config;
    const NetworkMode = ownsNetwork ? name : 'none';
    const container = await docker.createContainer({
      name,
      Image,
      Env,
      User,
      Cmd,
      Labels: labels,
      HostConfig: { ...HostConfig, NetworkMode },
    });
    await container.start();
    const elapsedMs = performance.now() - startedAt;
    await container.remove({ force: true, v: true });
    if (ownsNetwork) await docker.getNetwork(name).remove();
    return elapsedMs;
  }

  return {
    measure,
    imitate: async (modelId) => void (model = await docker.getContainer(modelId).inspect()),
    /** Only what an interrupted round left. */
    async close() {
      const filters = { label: [`${LABEL}=${token}`] };
      for (const { Id } of await docker.listContainers({ all: true, filters }))
        await docker.getContainer(Id).remove({ force: true, v: true });
      for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
    },
  };
}
