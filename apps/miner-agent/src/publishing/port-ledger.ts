import type { AllocationRecord } from '../reconcile/desired.ts';
import { sizeOfRange, type PortRange } from './port-range.ts';

/** A record holds its ports until its outcome is written, as it holds everything else (resources/ledger.ts). */
const holders = (records: readonly AllocationRecord[]) => records.filter(({ outcome }) => outcome === null);

/** Why so many more do not fit beside what is promised, or null when they do. Pure: a function of the records alone. */
export function lackOfPorts(range: PortRange | null, records: readonly AllocationRecord[], wanted: number): string | null {
  if (wanted === 0) return null;
  const all = range === null ? 0 : sizeOfRange(range);
  const promised = holders(records).reduce((sum, { spec }) => sum + (spec.ports?.length ?? 0), 0);
  return promised + wanted <= all ? null : `${Math.max(0, all - promised)} of ${all} ports are left, ${wanted} are asked for`;
}

/** Ports of the range that no record holds, in the order in which they are given out. Pure. */
export function freePorts(range: PortRange, records: readonly AllocationRecord[]): number[] {
  const held = new Set(holders(records).flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort)));
  return Array.from({ length: sizeOfRange(range) }, (_, index) => range.from + index).filter((port) => !held.has(port));
}
