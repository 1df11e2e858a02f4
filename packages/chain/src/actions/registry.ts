import type { Address } from 'viem';
import type { ChainClient } from '../clients.ts';
import type { TxSender } from '../sender/tx-sender.ts';

/** Run ids are decimal strings at the edge of every action and bigint inside; times are unix ms, null for "not yet". */
export interface RegistryReader {
  client: ChainClient;
  registry: Address;
}

export interface RegistryWriter {
  sender: TxSender;
  registry: Address;
}

export interface SendOptions {
  /** Names the intention: a repeated key answers with the first effect instead of sending again. */
  key?: string;
}

export const msOf = (seconds: number): number => seconds * 1000;
export const msOrNull = (seconds: number): number | null => (seconds === 0 ? null : seconds * 1000);
