import type Docker from 'dockerode';
import type { ContainerBlueprint, PortBinding } from '../../ports/container-runtime.ts';
import { volumeMount } from './helper-container.ts';

/**
 * A stranger's container on somebody's machine. What is not granted here is not there: no capability, no new privileges, no
 * host path, no device but the granted GPUs, no engine socket, no other container's or the host's namespace. The engine's default seccomp profile
 * stays on, and so do its masked and read-only paths under /proc and /sys: neither is ever named here.
 */
export function createOptionsOf(blueprint: ContainerBlueprint): Docker.ContainerCreateOptions {
  return {
    name: blueprint.name,
    Image: blueprint.image,
    Labels: { ...blueprint.labels },
    Env: [...blueprint.env],
    User: blueprint.user,
    ...(blueprint.command.length > 0 ? { Cmd: [...blueprint.command] } : {}),
    ...(blueprint.entrypoint.length > 0 ? { Entrypoint: [...blueprint.entrypoint] } : {}),
    ...(blueprint.publish.length > 0
      ? { ExposedPorts: Object.fromEntries(blueprint.publish.map((binding) => [exposedPort(binding), {}])) }
      : {}),
    // An image's own is executed by the engine, every millisecond if it says so: on the host's time, and with an event to us each time.
    Healthcheck: { Test: ['NONE'] },
    Tty: false,
    OpenStdin: false,
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      IpcMode: 'private',
      Init: blueprint.init,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      ...(blueprint.runtime === null ? {} : { Runtime: blueprint.runtime }),
      ...limitsOf(blueprint),
      ...filesOf(blueprint),
      ...networkOf(blueprint),
      ...devicesOf(blueprint),
    },
  };
}

/** When memory runs short on the host, a buyer's processes go before its owner's. */
const OOM_SCORE_ADJUSTMENT = 500;

const limitsOf = ({ memoryBytes, cpus, shmBytes, pids, openFiles, fileBytes }: ContainerBlueprint): Docker.HostConfig => ({
  PidsLimit: pids,
  Memory: memoryBytes,
  // Equal to Memory: no swap on top.
  MemorySwap: memoryBytes,
  NanoCpus: Math.round(cpus * 1e9),
  OomScoreAdj: OOM_SCORE_ADJUSTMENT,
  ShmSize: shmBytes,
  Ulimits: [
    { Name: 'nofile', Soft: openFiles, Hard: openFiles },
    { Name: 'core', Soft: 0, Hard: 0 },
    { Name: 'fsize', Soft: fileBytes, Hard: fileBytes },
  ],
});

const filesOf = ({ readOnlyRoot, tmpfsBytes, layerBytes, volumes }: ContainerBlueprint): Docker.HostConfig => ({
  ReadonlyRootfs: readOnlyRoot,
  // Executable, unlike the engine's default: compilers of training frameworks load what they have just built there, and whoever
  // runs a stranger's program gains nothing from refusing it a second one.
  Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,size=${tmpfsBytes},mode=1777` },
  ...(layerBytes === null ? {} : { StorageOpt: { size: String(layerBytes) } }),
  Mounts: volumes.map(({ name, path }) => volumeMount(name, path)),
  // Blocking, so that a flood waits for the disk instead of filling the engine's memory. Not compressed: three files bound the
  // space already, and gzip would spend the host's CPU on a stranger's flood.
  LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3', mode: 'blocking' } },
});

const exposedPort = ({ containerPort, protocol }: PortBinding): string => `${containerPort}/${protocol}`;

const networkOf = ({ network, publish, dns, disableIpv6 }: ContainerBlueprint): Docker.HostConfig => ({
  NetworkMode: network,
  ...(publish.length > 0
    ? {
        PortBindings: Object.fromEntries(
          publish.map((binding) => [exposedPort(binding), [{ HostIp: binding.host, HostPort: String(binding.hostPort) }]]),
        ),
      }
    : {}),
  ...(dns.length > 0 ? { Dns: [...dns] } : {}),
  ...(disableIpv6 ? { Sysctls: { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' } } : {}),
});

/** By UUID, so that whatever is plugged in or divided meanwhile, no other GPU is meant. */
const devicesOf = ({ gpus }: ContainerBlueprint): Docker.HostConfig =>
  gpus === null
    ? {}
    : {
        DeviceRequests: [
          gpus.access === 'cdi'
            ? { Driver: 'cdi', DeviceIDs: gpus.uuids.map((uuid) => `nvidia.com/gpu=${uuid}`) }
            : { Driver: 'nvidia', DeviceIDs: [...gpus.uuids], Capabilities: [['gpu', 'compute', 'utility']] },
        ],
      };
