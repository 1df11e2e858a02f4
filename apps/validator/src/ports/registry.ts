import type { RegistryState } from '@muster/domain/registry/state';
import type { Hex } from 'viem';
import type { RoundKey } from './round.ts';

export interface VerdictCall extends RoundKey {
  approve: boolean;
  evidenceHash: Hex;
}

/** The chain, as a validator needs it. Calls throw AppError (RPC_UNAVAILABLE, CONTRACT_REVERTED, …). */
export interface Registry {
  /** The mirror that the follower keeps: may lag, decides nothing by itself. */
  state(): RegistryState;
  isValidator(runId: string): Promise<boolean>;
  /** Whether the chain takes a verdict of ours for this registration and round now. */
  takesVerdict(key: RoundKey): Promise<boolean>;
  /** Whether a verdict of ours for this registration and round is on chain. */
  hasVoted(key: RoundKey): Promise<boolean>;
  /** Sends the verdict once, over crashes too, and waits for its receipt. */
  submitVerdict(call: VerdictCall): Promise<{ txHash: Hex; blockNumber: number }>;
}
