import type { PullState } from '@muster/protocol/messages/frames';
import type { UsageCounters } from './usage-reader.ts';
import type { Platform } from './image-registry.ts';

/** What the agent asks of a container engine, in its own words: one method per verb. Errors are AppErrors. */
export interface ContainerRuntime {
  info(): Promise<RuntimeInfo>;
  /** Over a connection of its own: an engine that shuts down lets nobody new in, and goes on answering old acquaintances. Throws DOCKER_UNAVAILABLE. */
  knock(): Promise<void>;

  /** What the process that answers knows of its own past. Throws DOCKER_UNAVAILABLE. */
  recall(): Promise<EngineMemory>;

  /** By name or content id; null when it is not on this machine. */
  findImage(reference: string): Promise<ImageDetails | null>;
  /** Makes an image of these files alone. Throws IMAGE_PULL_FAILED. */
  importImage(reference: string, files: readonly ImageFile[]): Promise<void>;
  /** Takes an archive as `docker save` writes it, with its tag. Throws IMAGE_PULL_FAILED or DISK_FULL. */
  loadImage(archive: AsyncIterable<Uint8Array>, options: LoadOptions): Promise<void>;
  /** Takes a name off an image; its content goes with its last name. False: a container has it. What is gone is taken off. */
  removeTag(tag: string): Promise<boolean>;
  /** The tags of a repository here. */
  listTags(repository: string): Promise<readonly TaggedImage[]>;
  /** Every image here, by its tags, with its unpacked layers (their diff ids, from the lowest up): an archive need not bring these again. */
  listLayers(): Promise<readonly { names: readonly string[]; layers: readonly string[] }[]>;

  /** Containers that carry all of these labels, in any state. */
  listContainers(labels: Labels): Promise<ObservedContainer[]>;
  /** Of this machine, for containers that run, anybody's. */
  listPublishedPorts(): Promise<readonly number[]>;
  /** Returns the id of a container with this name that already carries the same labels: a create call may fail although it succeeded. */
  createContainer(blueprint: ContainerBlueprint): Promise<string>;
  /** Starting a running container succeeds. Throws COMMAND_NOT_FOUND or CONTAINER_START_FAILED. */
  startContainer(id: string): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace. Stopping what has stopped, or is gone, succeeds. */
  stopContainer(id: string, graceMs: number): Promise<void>;
  /** Removing what is gone succeeds. Never removes a running container, nor a named volume. */
  removeContainer(id: string): Promise<void>;
  /** Entries in the order that the engine keeps them; ends with the container when `follow`, else at the end of the log. */
  readLogs(id: string, options: ReadLogsOptions): AsyncIterable<LogEntry>;
  /** Null when the container does not run. Takes the engine up to a second. */
  readUsage(id: string): Promise<UsageCounters | null>;
  /** What our containers have written beside their images (and in the nameless volumes that these declare) and, if asked, what is in volumes, anybody's. It walks through files: not for every second. */
  readDiskUsage(labels: Labels, options: { withVolumes: boolean }): Promise<DiskUsage>;
  /** Where on the engine's machine lies what the container has written: its layer, if the engine says, and its volumes. Empty when it is gone. */
  listWrittenPaths(id: string): Promise<string[]>;
  /** The content of /etc/passwd inside the image, or null when it has none. */
  readPasswd(image: string, labels: Labels): Promise<string | null>;

  listNetworks(labels: Labels): Promise<ObservedNetwork[]>;
  /** Idempotent by name and labels. */
  createNetwork(network: NetworkBlueprint): Promise<void>;
  removeNetwork(name: string): Promise<void>;

  /** Idempotent; the volume's root belongs to `owner` afterwards, so that an unprivileged container can write to it. */
  prepareVolume(volume: VolumePreparation): Promise<void>;
  listVolumes(labels: Labels): Promise<string[]>;
  /** Removing what is gone succeeds. */
  removeVolume(name: string): Promise<void>;
  /** A tar stream of the volume's content. Throws VOLUME_UNKNOWN. */
  archiveVolume(archive: VolumeArchive): AsyncIterable<Uint8Array>;

  /** Something happened to one of our containers; ends when the engine goes away. */
  watch(labels: Labels, signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

export type Labels = Readonly<Record<string, string>>;

/** By the NVIDIA runtime's hook, or by the Container Device Interface. */
export type GpuAccess = 'nvidia' | 'cdi';

export interface RuntimeInfo {
  version: string;
  /** Of the program that starts its containers, as its builder wrote it; null when the engine does not say. */
  runc: string | null;
  rootDir: string;
  /** How it keeps images and containers, such as overlay2. */
  storageDriver: string;
  /** The engine can put a small init in front of the container's command, which forwards signals and reaps zombies. */
  hasInit: boolean;
  runtimes: readonly string[];
  /** Of those that have any. */
  runtimeArguments: ReadonlyMap<string, readonly string[]>;
  /** How the engine gives GPUs to containers; null when it cannot. */
  gpuAccess: GpuAccess | null;
  memoryLimit: boolean;
  pidsLimit: boolean;
  /** Of the machine that containers run on, such as x86_64. */
  architecture: string;
  /** As the engine lists them, such as name=seccomp,profile=default. */
  securityOptions: readonly string[];
  /** In the words of image manifests, such as linux and amd64. */
  platform: Platform;
  /** Containers run on while the engine itself is stopped, restarted or killed. */
  liveRestore: boolean;
  /** Of the machine that containers run on. */
  kernel: string;
  /** '1' or '2'. */
  cgroupVersion: string;
}

/** In the engine's own time, unix ms. It is another's memory after the engine was restarted. */
export interface EngineMemory {
  now: number;
  /** When it began, where that shows. */
  beganAt: number | null;
  /** The oldest thing that it remembers; null for nothing. */
  oldest: number | null;
  /** Otherwise it remembers everything since it began. */
  mayHaveForgotten: boolean;
  /** Ids of containers of which it remembers the start. */
  started: ReadonlySet<string>;
}

export interface ImageDetails {
  id: string;
  /** As the image says; '' for root by default. */
  user: string;
  /** NAME=value lines of the image. */
  env: readonly string[];
  /** Paths at which it has volumes of its own, in every container: writable beside a read-only root. */
  volumes: readonly string[];
  /** By which registries know it, as far as the engine does; empty for one that was built or imported here. */
  digests: readonly string[];
  sizeBytes: number;
}

export interface ImageFile {
  path: string;
  mode: number;
  content: Uint8Array;
}

export interface TaggedImage {
  tag: string;
  imageId: string;
  sizeBytes: number;
}

/** How far an image is: bytes over all its layers. */
export type PullProgress = PullState;

export interface LoadOptions {
  signal: AbortSignal;
  /** Bytes of one layer's file that the engine has unpacked; a layer is named by its own id. */
  onLayer(layer: string, bytes: number): void;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface ObservedContainer {
  id: string;
  name: string;
  labels: Labels;
  imageId: string;
  state: ContainerState;
  /** Of its first process, on the engine's machine; null while it does not run. */
  pid: number | null;
  /** As the engine writes them, nanoseconds included; null when it never started or ended. */
  startedAt: string | null;
  finishedAt: string | null;
  exitCode: number | null;
  oomKilled: boolean;
  /** The engine's own complaint, e.g. about a command that is not there. */
  error: string | null;
}

export interface ObservedNetwork {
  name: string;
  labels: Labels;
}

export interface NetworkBlueprint {
  name: string;
  labels: Labels;
  /** The bridge's name on the host: what the fence knows it by. */
  bridge: string;
}

/** A port of the container on a port of this machine. */
export interface PortBinding {
  containerPort: number;
  protocol: 'tcp' | 'udp';
  host: string;
  hostPort: number;
}

export interface ContainerBlueprint {
  name: string;
  labels: Labels;
  image: string;
  command: readonly string[];
  entrypoint: readonly string[];
  env: readonly string[];
  /** Numeric uid:gid. */
  user: string;
  memoryBytes: number;
  cpus: number;
  shmBytes: number;
  pids: number;
  openFiles: number;
  /** No single file may grow beyond it. */
  fileBytes: number;
  /** The writable layer's size where the engine can hold it there; null where it cannot. */
  layerBytes: number | null;
  readOnlyRoot: boolean;
  tmpfsBytes: number;
  /** By UUID; no other is visible inside. */
  gpus: { access: GpuAccess; uuids: readonly string[] } | null;
  /** 'none', or the name of a network of ours. */
  network: string;
  publish: readonly PortBinding[];
  /** Resolvers; empty without a network. */
  dns: readonly string[];
  /** Whether the container's own stack must be told to leave IPv6 alone. */
  disableIpv6: boolean;
  volumes: readonly { name: string; path: string }[];
  /** The engine's default when null. */
  runtime: string | null;
  init: boolean;
}

export interface ReadLogsOptions {
  follow: boolean;
  /** Unix ms; entries from this time on. */
  sinceMs?: number;
  /** Only the last so many entries. */
  tail?: number;
  signal?: AbortSignal;
}

export interface LogEntry {
  /** RFC 3339 with nanoseconds, as the engine stamped it. */
  at: string;
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface DiskUsage {
  /** Bytes by container id. */
  containers: ReadonlyMap<string, number>;
  /** Bytes by volume name; empty when not asked for. */
  volumes: ReadonlyMap<string, number>;
}

export interface VolumePreparation {
  name: string;
  labels: Labels;
  helperLabels: Labels;
  image: string;
  owner: { uid: number; gid: number };
}

export interface VolumeArchive {
  name: string;
  /** What it must bear to be the one that is meant. */
  labels: Labels;
  helperLabels: Labels;
  image: string;
  signal: AbortSignal;
}

export interface RuntimeEvent {
  action: string;
  containerId: string;
  labels: Labels;
}
