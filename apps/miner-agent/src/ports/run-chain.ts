import type { RegistrationOnChain } from '@muster/chain/actions/get-registration';
import type { RunOnChain } from '@muster/chain/actions/get-run';
import type { Standing } from '@muster/domain/registry/standing';
import type { Address, Hash, Hex } from 'viem';

/** The chain as one node of one run sees it. Every call may throw RPC_UNAVAILABLE, which is evidence of nothing. */
export interface RunChain {
  /** Throws RUN_UNKNOWN, WRONG_REGISTRY. */
  readRun(): Promise<RunOnChain>;
  readRegistration(): Promise<RegistrationOnChain | null>;
  /** As of a block that no reorg takes back: the only reading after which anything may be torn down. */
  readFinalStanding(): Promise<Standing>;
  readNode(): Promise<{ provider: Address | null; activeRunId: string | null }>;
  readNextRound(): Promise<{ round: number; opensAt: number } | null>;
  /** Who was the run's master in that term; null when there was no such term. */
  readMasterOf(masterEpoch: number): Promise<Address | null>;
  isValidator(validators: Address, who: Address): Promise<boolean>;
  /** The chain's own time, unix ms. */
  readTime(): Promise<number>;
  register(input: RegisterInput): Promise<{ txHash: Hash; seq: number }>;
  leave(): Promise<{ txHash: Hash }>;
}

export interface RegisterInput {
  /** The registration that this will be. */
  seq: number;
  capabilitiesHash: Hash;
  /** Unix seconds. */
  deadline: number;
  consent: Hex;
}
