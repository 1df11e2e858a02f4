import type { AllocationStatus } from '@muster/protocol/messages/frames';
import type { ObservedContainer } from '../ports/container-runtime.ts';
import type { PortDesk } from '../publishing/port-desk.ts';
import type { AllocationRecord } from './desired.ts';
import { IDLE, statusOf, type Activity } from './status.ts';

/** What the master has been told of each allocation, against what is true now. */
export interface StatusBoard {
  /** Takes note of an observation; true when something is to be reported. */
  refresh(records: readonly AllocationRecord[], containers: ReadonlyMap<string, ObservedContainer>): boolean;
  setActivity(allocationId: string, change: Partial<Activity>): void;
  current(): AllocationStatus[];
  /** Statuses that the master has not confirmed in their present form. */
  unreported(limit: number): AllocationStatus[];
  confirm(reported: readonly AllocationStatus[]): void;
  /** Asked for again, e.g. by an inspect order or a new session. */
  repeat(allocationId?: string): void;
  isConfirmed(allocationId: string): boolean;
}

/** `published`: where a record's ports are reached. */
export function createStatusBoard(now: () => number, published: PortDesk['published'] = () => []): StatusBoard {
  const statuses = new Map<string, AllocationStatus>();
  const confirmed = new Map<string, string>();
  const activities = new Map<string, Activity>();

  return {
    refresh(records, containers) {
      const known = new Set(records.map(({ allocationId }) => allocationId));
      for (const map of [statuses, confirmed, activities]) for (const id of map.keys()) if (!known.has(id)) map.delete(id);
      for (const record of records) {
        const { allocationId } = record;
        const container = containers.get(allocationId) ?? null;
        const activity = activities.get(allocationId) ?? IDLE;
        statuses.set(allocationId, statusOf({ record, container, activity, ports: published(record), now: now() }));
      }
      return [...statuses.values()].some((status) => confirmed.get(status.allocationId) !== fingerprint(status));
    },
    setActivity(allocationId, change) {
      activities.set(allocationId, { ...(activities.get(allocationId) ?? IDLE), ...change });
    },
    current: () => [...statuses.values()],
    unreported: (limit) =>
      [...statuses.values()].filter((status) => confirmed.get(status.allocationId) !== fingerprint(status)).slice(0, limit),
    confirm(reported) {
      for (const status of reported) confirmed.set(status.allocationId, fingerprint(status));
    },
    repeat(allocationId) {
      if (allocationId === undefined) confirmed.clear();
      else confirmed.delete(allocationId);
    },
    isConfirmed: (allocationId) => {
      const status = statuses.get(allocationId);
      return status !== undefined && confirmed.get(allocationId) === fingerprint(status);
    },
  };
}

/** The time of looking is no news. */
const fingerprint = ({ at: _at, ...status }: AllocationStatus): string => JSON.stringify(status);
