/** The contract's `enum Standing`, in its order. Lapsed and Closed are never stored: they are derived on reading. */
export const STANDINGS = ['None', 'Pending', 'Approved', 'Rejected', 'Left', 'Ejected', 'Invalidated', 'Lapsed', 'Closed'] as const;

export type Standing = (typeof STANDINGS)[number];

/** The contract's number for a standing, as a word. Throws on a number that the contract cannot give. */
export function standingOfNumber(value: number): Standing {
  const standing = STANDINGS[value];
  if (standing === undefined) throw new RangeError(`The registry has no standing ${value}.`);
  return standing;
}

/** Live standings: the node may still serve the run. */
export const isLive = (standing: Standing): boolean => standing === 'Pending' || standing === 'Approved';
