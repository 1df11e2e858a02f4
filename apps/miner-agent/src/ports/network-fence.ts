/**
 * Keeps buyers' containers with a network away from the machine and the network of its owner. Nothing is assumed: the fence
 * counts only after packets from a bridge of ours have really been refused.
 */
export interface NetworkFence {
  /** Puts the rules in place or back, before all others; cheap, and nothing changes when they stand. Throws EGRESS_UNAVAILABLE. */
  raise(): Promise<void>;
  /** Really tries, from a throw-away network namespace on the first bridge. The rules must be up. Throws EGRESS_UNAVAILABLE when it cannot try. */
  probe(bridges: ProbeBridges): Promise<FenceAttempt[]>;
  /** Takes everything away again, a crashed probe's remains included. Removing what is gone succeeds. */
  lower(): Promise<void>;
  /** Whether the kernel has IPv6, which a container then must be told to leave alone. */
  hasIpv6(): Promise<boolean>;
}

/** Two networks of ours, made as an allocation's is. */
export interface ProbeBridges {
  own: string;
  /** As if of another allocation. */
  other: string;
}

export interface FenceAttempt {
  /** In words, such as "the machine itself". */
  target: string;
  address: string;
  /** `refused` by the fence or before it; `reached` is a hole. */
  outcome: 'refused' | 'reached';
}
