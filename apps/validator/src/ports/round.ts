import type { Address, Hex } from 'viem';

/** What one verdict is about: it binds the registration (seq) and the round, so that it never lands on another. */
export interface RoundKey {
  runId: string;
  node: Address;
  seq: number;
  round: number;
}

/** What the journal keeps of a job. */
export interface RoundRef extends RoundKey {
  discoveryUri: string;
  /** Unix ms after which a verdict no longer counts. */
  deadline: number;
}

/** One round that awaits this validator's verdict. */
export interface RoundJob extends RoundRef {
  capabilitiesHash: Hex;
}

export const keyOf = ({ runId, node, seq, round }: RoundKey): RoundKey => ({ runId, node, seq, round });
export const refOf = (ref: RoundRef): RoundRef => ({ ...keyOf(ref), discoveryUri: ref.discoveryUri, deadline: ref.deadline });

export const roundName = ({ runId, node, seq, round }: RoundKey): string => `${runId}-${node}-${seq}-${round}`;
