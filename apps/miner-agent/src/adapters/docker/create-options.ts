import type Docker from 'dockerode';
import type { ContainerBlueprint } from '../../ports/container-runtime.ts';
import { volumeMount } from './helper-container.ts';

/**
 * A stranger's container on somebody's machine. What is not granted here is not there: no capability, no new privileges, no
 * host path, no device, no engine socket, no other container's network. The engine's default seccomp profile stays on.
 */
export function createOptionsOf(blueprint: ContainerBlueprint): Docker.ContainerCreateOptions {
  const { memoryBytes, cpus, shmBytes, pids, openFiles, readOnlyRoot, tmpfsBytes, network, volumes } = blueprint;
  return {
    name: blueprint.name,
    Image: blueprint.image,
    Labels: { ...blueprint.labels },
    Env: [...blueprint.env],
    User: blueprint.user,
    ...(blueprint.command.length > 0 ? { Cmd: [...blueprint.command] } : {}),
    ...(blueprint.entrypoint.length > 0 ? { Entrypoint: [...blueprint.entrypoint] } : {}),
    Tty: false,
    OpenStdin: false,
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: readOnlyRoot,
      Tmpfs: { '/tmp': `rw,nosuid,nodev,size=${tmpfsBytes},mode=1777` },
      NetworkMode: network,
      IpcMode: 'private',
      PidsLimit: pids,
      Memory: memoryBytes,
      // Equal to Memory: no swap on top.
      MemorySwap: memoryBytes,
      NanoCpus: Math.round(cpus * 1e9),
      ShmSize: shmBytes,
      Ulimits: [
        { Name: 'nofile', Soft: openFiles, Hard: openFiles },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      Init: blueprint.init,
      Mounts: volumes.map(({ name, path }) => volumeMount(name, path)),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
    },
  };
}
