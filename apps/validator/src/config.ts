import type { AddressOverrides } from '@muster/chain/address-book';
import type { ChallengeKindName } from './challenges/kinds.ts';

export interface Config {
  chain: { chainId: number; rpcUrl: string; overrides: AddressOverrides };
  /** `pretty` undefined: by whether the output is a terminal. */
  log: { level: string; pretty: boolean | undefined };
  dataDir: string;
  key: { value: string | undefined; file: string };
  challenges: { image: string; kinds: readonly ChallengeKindName[] };
  /** Rounds worked on at once. */
  concurrency: number;
}
