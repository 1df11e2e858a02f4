import type { LogEvent, ManagedProcess } from '@muster/network/managed-process';
import { median } from '../stats.ts';

/** The log lines of master and agent that a starting task leaves, in order. */
const STATIONS = [
  'task.created',
  'allocation.placed',
  'order.sent',
  'order.received',
  'container.created',
  'container.started',
  'allocation.reported',
];

/** Where the time of the given tasks went, from the daemons' own logs: medians of the milliseconds since the station before. */
export function describePath(daemons: readonly ManagedProcess[], taskIds: ReadonlySet<string>): string {
  const events = daemons.flatMap((daemon) => daemon.events);
  const placed = events.filter(({ event, taskId }) => event === 'allocation.placed' && taskIds.has(String(taskId)));
  const paths = placed.map(({ allocationId, taskId }) => {
    const belongs = (event: LogEvent) =>
      event['allocationId'] === allocationId || (event.event === 'task.created' && event['taskId'] === taskId);
    const own = events.filter(belongs);
    return STATIONS.map((station) =>
      timeOf(own.find((event) => event.event === station && (station !== 'allocation.reported' || event['phase'] === 'Running'))),
    );
  });
  const legs = STATIONS.slice(1).map((station, index) => {
    const times = paths.map((path) => (path[index + 1] ?? Number.NaN) - (path[index] ?? Number.NaN)).filter((ms) => !Number.isNaN(ms));
    return `${station} ${times.length === 0 ? '?' : `+${Math.round(median(times))}`}`;
  });
  return `path (median ms after the station before): task.created, ${legs.join(', ')}`;
}

const timeOf = (event: LogEvent | undefined): number =>
  event === undefined ? Number.NaN : new Date(event['time'] as string | number).getTime();
