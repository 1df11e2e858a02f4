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
   * CONTAINER_START_FAILED when other programs have taken too much of the range.
   */
  assign(record: AllocationRecord): Promise<readonly PortBinding[]>;
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
}

export function createPortDesk({ range, host, address, store, isFree }: PortDeskOptions): PortDesk {
  let last: Promise<unknown> = Promise.resolve();

  async function choose({ allocationId, epoch, spec }: AllocationRecord): Promise<AllocationRecord['ports']> {
    const known = store.get(allocationId)?.ports ?? [];
    if (known.length > 0) return known;
    const others = store.list().filter((record) => record.allocationId !== allocationId);
    const candidates = range === null ? [] : freePorts(range, others);
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
    published: ({ spec, ports }) =>
      (spec.ports ?? []).flatMap((port) =>
        ports.filter(({ name }) => name === port.name).map(({ hostPort }) => ({ ...port, address: address(), hostPort })),
      ),
  };
}
