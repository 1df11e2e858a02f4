import type { AllocationPhase } from '@muster/domain/allocation-lifecycle';
import type { NodePhase } from '@muster/domain/node-lifecycle';
import type { Standing } from '@muster/domain/registry/standing';
import type { TaskDesired, TaskPhase } from '@muster/domain/task-phase';
import type {
  AllocationModel,
  AnnouncementModel,
  AuthSessionModel,
  EvidenceModel,
  LogChunkModel,
  NodeStateModel,
  OrderModel,
  RegistrationModel,
  RunModel,
  SessionModel,
  SnapshotModel,
  TaskModel,
  VerdictModel,
} from './generated/prisma/models.ts';

/** An address (checksummed) or a hash or key (lowercase): what the columns hold by convention. */
export type HexString = `0x${string}`;

type Number64<T> = T extends bigint ? number : T;
/** A Prisma row as the repositories hand it out: int8 as number, and some columns known more closely than text or JSON. */
type Row<Model, Known> = { [K in keyof Model]: K extends keyof Known ? Known[K] : Number64<Model[K]> };

type ByRun = { runId: string };
type ByNode = ByRun & { node: HexString };

export type RunRow = Row<
  RunModel,
  {
    owner: HexString;
    pendingOwner: HexString | null;
    master: HexString;
    validators: HexString;
    gate: HexString;
    termsHash: HexString;
    createdTx: HexString;
    closedTx: HexString | null;
  }
>;
export type RegistrationRow = Row<
  RegistrationModel,
  ByNode & { provider: HexString; standing: Standing; capabilitiesHash: HexString; registeredTx: HexString }
>;
export type VerdictRow = Row<VerdictModel, ByNode & { validator: HexString; evidenceHash: HexString; txHash: HexString }>;
/** JSON columns are unknown here: parse them with the protocol's schema where they are used. */
export type AnnouncementRow = Row<AnnouncementModel, ByNode & { envelope: unknown; capabilities: unknown }>;
export type EvidenceRow = Row<EvidenceModel, ByNode & { hash: HexString; validator: HexString; document: unknown }>;
export type NodeStateRow = Row<
  NodeStateModel,
  ByNode & { phase: NodePhase; capabilities: unknown; inviteDigest: HexString | null; acknowledgment: unknown; keyStatement: unknown }
>;
export type SessionRow = Row<SessionModel, ByNode & { inviteDigest: HexString; status: unknown }>;
export type TaskRow = Row<TaskModel, { spec: unknown; specHash: HexString; desired: TaskDesired; phase: TaskPhase; createdBy: HexString }>;
export type AllocationRow = Row<
  AllocationModel,
  ByNode & { phase: AllocationPhase; desired: TaskDesired; error: unknown; pullProgress: unknown; ports: unknown }
>;
export type OrderRow = Row<OrderModel, ByNode & { envelope: unknown; result: unknown }>;
export type LogChunkRow = Row<LogChunkModel, { lines: unknown }>;
export type SnapshotRow = Row<SnapshotModel, ByNode & { sha256: HexString; acknowledgment: unknown }>;
export type AuthSessionRow = Row<AuthSessionModel, { address: HexString }>;
