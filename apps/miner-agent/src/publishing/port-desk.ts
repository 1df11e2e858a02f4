import { AppError } from '@muster/protocol/errors/app-error';
import type { PublishedPort } from '@muster/protocol/task-spec/ports';
import type { PortBinding } from '../ports/container-runtime.ts';
import type { PortProbe } from '../ports/port-probe.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import { freePorts, lackOfPorts } from './port-ledger.ts';
import type { PortRange } from './port-range.ts';

/** Gives containers ports of this machine, out of the owner's range. */
export interface PortDesk {
  /** Why so many more do not fit; null when they do. `others`: without the allocation that asks. */
  lack(others: readonly AllocationRecord[], wanted: number): string | null;
  /**
   * What the record's container is published on: what the record says, else what is free now, written down before it is answered. Throws
   * CONTAINER_START_FAILED when other programs have taken too much of the range, and DOCKER_UNAVAILABLE.
   */
  assign(record: AllocationRecord): Promise<readonly PortBinding[]>;
  /** The record's container did not start: its ports come last from now on, in case it was for theirs. */
  distrust(record: AllocationRecord): void;
  /** Where the record's ports are reached, once it has some. */
  published(record: AllocationRecord): PublishedPort[];
}

export interface PortDeskOptions {
  /** Null: this machine publishes nothing. */
  range: PortRange | null;
  /** Where ports are bound. */
  host: string;
  /** What the buyer is told; may change with the machine's addresses. */
  address: () => string;
  store: Pick<AllocationStore, 'get' | 'list' | 'update'>;
  isFree: PortProbe;
  /** What the engine forwards to containers, anybody's. It may do so without a program that listens, and no probe finds it then. */
  listPublished: () => Promise<readonly number[]>;
}

export function createPortDesk({ range, host, address, store, isFree, listPublished }: PortDeskOptions): PortDesk {
  let last: Promise<unknown> = Promise.resolve();
  const distrusted = new Set<number>();

  async function candidatesBeside(others: readonly AllocationRecord[]): Promise<number[]> {
    if (range === null) return [];
    const published = new Set(await listPublished());
    const candidates = freePorts(range, others).filter((port) => !published.has(port));
    return [...candidates.filter((port) => !distrusted.has(port)), ...candidates.filter((port) => distrusted.has(port))];
  }

  async function choose({ allocationId, epoch, spec }: AllocationRecord): Promise<AllocationRecord['ports']> {
    const known = store.get(allocationId)?.ports ?? [];
    if (known.length > 0) return known;
    const others = store.list().filter((record) => record.allocationId !== allocationId);
    const candidates = await candidatesBeside(others);
    const ports: AllocationRecord['ports'] = [];
    for (const { name, protocol } of spec.ports ?? []) {
      let hostPort = candidates.shift();
      // Some other program of this machine may have it.
      while (hostPort !== undefined && !(await isFree({ host, port: hostPort, protocol }))) hostPort = candidates.shift();
      if (hostPort === undefined)
        throw new AppError('CONTAINER_START_FAILED', {
          publicMessage: 'The node has no port left to publish: other programs use those of its range',
          hint: 'Try again: another node may have one.',
        });
      ports.push({ name, hostPort });
    }
    await store.update(allocationId, (record) => (record?.epoch === epoch ? { ...record, ports } : undefined));
    return ports;
  }

  return {
    lack: (others, wanted) => lackOfPorts(range, others, wanted),
    async assign(record) {
      const wanted = record.spec.ports ?? [];
      if (wanted.length === 0) return [];
      // One after another: what one has chosen is in the records before the next one looks.
      const turn = last.then(() => choose(record));
      last = turn.catch(() => undefined);
      const ports = await turn;
      return wanted.flatMap(({ name, port, protocol }) =>
        ports.filter((chosen) => chosen.name === name).map(({ hostPort }) => ({ containerPort: port, protocol, host, hostPort })),
      );
    },
    distrust({ allocationId }) {
      for (const { hostPort } of store.get(allocationId)?.ports ?? []) distrusted.add(hostPort);
    },
    published: ({ spec, ports }) =>
      (spec.ports ?? []).flatMap((port) =>
        ports.filter(({ name }) => name === port.name).map(({ hostPort }) => ({ ...port, address: address(), hostPort })),
      ),
  };
}
