/** Ports of this machine that containers may be published on, both ends included. */
export interface PortRange {
  from: number;
  to: number;
}

const LOWEST = 1024;
const HIGHEST = 65_535;
const MOST = 1_000;
export const PORT_RANGE_EXPECTED = `expected ports such as 40000-40099: from ${LOWEST} to ${HIGHEST}, ${MOST} at most`;

/** `40000-40099`, or one port alone; undefined for anything else. */
export function parsePortRange(text: string): PortRange | undefined {
  const [, first = '', last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const [from, to] = [Number(first), Number(last)];
  return from >= LOWEST && from <= to && to <= HIGHEST && to - from < MOST ? { from, to } : undefined;
}

export const sizeOfRange = ({ from, to }: PortRange): number => to - from + 1;
