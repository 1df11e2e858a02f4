import type { Standing } from './standing.ts';

/** Times are unix ms; the rows of packages/db hold the same as dates. */
export interface RunState {
  runId: string;
  owner: string;
  pendingOwner: string | null;
  master: string;
  masterEpoch: number;
  validators: string;
  gate: string;
  quorum: number;
  termsHash: string;
  discoveryUri: string;
  requirements: string;
  createdAt: number;
  createdTx: string;
  closedAt: number | null;
  closedTx: string | null;
}

/** A node's newest registration in a run. `standing` is the stored one: see derive-standing for Lapsed and Closed. */
export interface RegistrationState {
  runId: string;
  node: string;
  provider: string;
  seq: number;
  round: number;
  approvals: number;
  rejections: number;
  standing: Standing;
  banned: boolean;
  registeredAt: number;
  roundOpenedAt: number;
  approvedAt: number | null;
  endedAt: number | null;
  capabilitiesHash: string;
  registeredTx: string;
  registeredBlock: number;
  endedReason: string | null;
}

export interface VerdictState {
  runId: string;
  node: string;
  seq: number;
  round: number;
  validator: string;
  approve: boolean;
  evidenceHash: string;
  txHash: string;
  at: number;
}

/** Everything that the registry says of some runs, keyed for look-up. */
export interface RegistryState {
  runs: ReadonlyMap<string, RunState>;
  /** By `registrationKey`. */
  registrations: ReadonlyMap<string, RegistrationState>;
  /** By `verdictKey`. */
  verdicts: ReadonlyMap<string, VerdictState>;
}

export const EMPTY_REGISTRY: RegistryState = { runs: new Map(), registrations: new Map(), verdicts: new Map() };

export const registrationKey = ({ runId, node }: { runId: string; node: string }): string => `${runId}/${node}`;

export const verdictKey = ({
  runId,
  node,
  seq,
  round,
  validator,
}: Pick<VerdictState, 'runId' | 'node' | 'seq' | 'round' | 'validator'>): string => `${runId}/${node}/${seq}/${round}/${validator}`;
