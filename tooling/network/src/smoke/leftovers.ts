import { existsSync } from 'node:fs';
import type Docker from 'dockerode';

/** What a network may not leave behind: its containers and networks in Docker, its processes, its folder. */
export interface Leftovers {
  containers: string[];
  networks: string[];
  processes: number[];
  folder: boolean;
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Containers and networks that carry the run's label, the only ones that this network may have made. */
export async function findInDocker(docker: Docker, runId: string, node: string): Promise<Pick<Leftovers, 'containers' | 'networks'>> {
  const filters = { label: [`muster.run=${runId}`, `muster.node=${node}`] };
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true, filters }), docker.listNetworks({ filters })]);
  return { containers: containers.map(({ Id }) => Id.slice(0, 12)), networks: networks.map(({ Name }) => Name) };
}

export function findOnHost(pids: number[], folder: string): Pick<Leftovers, 'processes' | 'folder'> {
  return { processes: pids.filter(lives), folder: existsSync(folder) };
}

/** A sentence per kind of leftover; empty when there is none. */
export function describeLeftovers({ containers, networks, processes, folder }: Leftovers): string[] {
  return [
    containers.length > 0 ? `containers: ${containers.join(', ')}` : '',
    networks.length > 0 ? `networks: ${networks.join(', ')}` : '',
    processes.length > 0 ? `processes: ${processes.join(', ')}` : '',
    folder ? 'its folder' : '',
  ].filter(Boolean);
}
