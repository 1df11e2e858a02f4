import type { Readable } from 'node:stream';
import type { MasterInfo } from './shapes/master.ts';
import type { LogChunkView } from './shapes/log.ts';
import type { NodeDetailView, NodeView } from './shapes/node.ts';
import type { RunHint, RunView, TimelineView } from './shapes/run.ts';
import type { AllocationView, SnapshotView, TaskView } from './shapes/task.ts';
import type { NonceView, SignedIn } from './shapes/auth.ts';
import type { DiscoveryService } from './services/discovery/discovery-service.ts';
import type { NewTaskInput } from './services/task/create-task.ts';
import type { SealedForNode } from './services/task/seal-credentials.ts';
import type { SessionService } from './services/session/session-service.ts';

export type Page<T> = { items: T[]; nextCursor: string | null };
export type PageRequest = { cursor: string | null; limit: number };
export type OwnedRef = { runId?: string | undefined; taskId?: string | undefined; allocationId?: string | undefined };
/** Throws when the subscriber may no longer watch. */
export type Recheck = () => Promise<void>;

export type AuthService = {
  /** `origin`: of the page that asks, one of our own. */
  issueNonce(input: { origin: string; remoteAddress: string }): Promise<NonceView>;
  signIn(input: { message: string; signature: string; remoteAddress: string }): Promise<SignedIn>;
  readSession(token: string): Promise<{ address: string; expiresAt: Date } | null>;
  signOut(token: string): Promise<void>;
};

export type OwnerService = {
  /** The run that `ref` names, or RUN_UNKNOWN / NOT_FOUND / NOT_RUN_OWNER. */
  authorise(input: { address: string; ref: OwnedRef }): Promise<string>;
};

export type RunService = {
  list(input: PageRequest & { owner: string }): Promise<Page<RunView>>;
  get(runId: string): Promise<RunView>;
  timeline(input: PageRequest & { runId: string; about: string | null }): Promise<Page<TimelineView>>;
  watch(input: { runId: string; recheck: Recheck; signal: AbortSignal | undefined }): AsyncIterable<RunHint>;
};

export type NodeService = {
  list(input: PageRequest & { runId: string }): Promise<Page<NodeView>>;
  get(input: { runId: string; node: string }): Promise<NodeDetailView>;
  drain(input: { runId: string; node: string; actor: string }): Promise<void>;
};

export type TaskService = {
  create(input: NewTaskInput): Promise<TaskView>;
  list(input: PageRequest & { runId: string }): Promise<Page<TaskView>>;
  get(taskId: string): Promise<TaskView>;
  stop(input: { taskId: string; actor: string }): Promise<TaskView>;
  restart(input: { taskId: string; actor: string }): Promise<TaskView>;
  inspect(input: {
    allocationId: string;
    actor: string;
    signal: AbortSignal | undefined;
  }): Promise<{ acknowledged: boolean; allocation: AllocationView }>;
  sync(input: { taskId: string; volume: string; actor: string }): Promise<{ snapshotIds: string[] }>;
  seal(input: { taskId: string; credentials: readonly SealedForNode[] }): Promise<void>;
};

export type LogService = {
  read(input: {
    allocationId: string;
    afterSequence: number;
    limit: number;
  }): Promise<{ chunks: LogChunkView[]; nextSequence: number | null }>;
  follow(input: { ref: OwnedRef; afterSequence: number; recheck: Recheck; signal: AbortSignal | undefined }): AsyncIterable<LogChunkView>;
};

export type SnapshotService = {
  list(taskId: string): Promise<SnapshotView[]>;
  /** Takes the archive of a snapshot that the node was ordered to make. Throws what the frame deserves, NOT_FOUND, SNAPSHOT_MISMATCH. */
  upload(input: { frame: unknown; sha256: string; from: string; stream: Readable }): Promise<void>;
  /** The archive, for the owner of its run. Throws NOT_SIGNED_IN, NOT_FOUND. */
  download(input: {
    snapshotId: string;
    token: string | null;
  }): Promise<{ stream: Readable; sizeBytes: number; fileName: string; sha256: string }>;
};

export type Services = {
  auth: AuthService;
  owners: OwnerService;
  master: { info(): Promise<MasterInfo> };
  runs: RunService;
  nodes: NodeService;
  tasks: TaskService;
  logs: LogService;
  snapshots: SnapshotService;
  discovery: DiscoveryService;
  sessions: SessionService;
};
