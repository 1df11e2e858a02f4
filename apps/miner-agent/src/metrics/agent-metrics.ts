import { Counter, Gauge, Registry } from 'prom-client';
import type { AgentReport } from '../operator/agent-report.ts';
import type { CountName, Tally } from './tally.ts';

/** What a scrape is made of; nothing of it costs Docker, the chain or a process anything. */
export interface MetricsSource {
  report(): AgentReport;
  promised(): { cpu: number; memoryBytes: number; diskBytes: number; gpus: string[] };
  disk(): Promise<{ freeBytes: number; totalBytes: number }>;
  /** Whether strangers' containers are fenced off; null while that is not known. */
  isFenced(): boolean | null;
  tally: Tally;
  now(): number;
}

const PHASES = ['Placed', 'Pulling', 'Starting', 'Running', 'Succeeded', 'Failed', 'Cancelled', 'Lost'] as const;

/** Every metric of the agent, in Prometheus' base units. Labels have a handful of values: never an id. */
export function createAgentMetrics(source: MetricsSource): Registry {
  const registry = new Registry();
  const registers = [registry];
  const { report, tally, now } = source;

  const gauge = (name: string, help: string, read: () => number | null) =>
    new Gauge({
      name: `muster_agent_${name}`,
      help,
      registers,
      collect() {
        const value = read();
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  const counter = <N extends CountName>(name: N, help: string, labelNames: string[]) =>
    new Counter({
      name: `muster_agent_${name}_total`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const { labels, value } of tally.read(name)) this.inc({ ...labels }, value);
      },
    });

  const info = new Gauge({ name: 'muster_agent_info', help: 'Always 1; the version is its label.', labelNames: ['version'], registers });
  info.set({ version: report().version }, 1);
  gauge('start_time_seconds', 'When the agent started, Unix time.', () => seconds(report().startedAt));
  gauge('resident_memory_bytes', 'Resident memory of the agent.', () => process.memoryUsage.rss());
  gauge('session_open', '1 while there is a link to the master.', () => Number(report().session !== null));
  gauge('last_heartbeat_age_seconds', 'Since the last heartbeat that the master answered; absent before the first.', () => {
    const at = report().session?.lastHeartbeatAt ?? null;
    return at === null ? null : Math.max(0, (now() - at) / 1000);
  });
  gauge('fenced', '1 when the master has been out of reach for longer than it waits, so that nothing may run.', () =>
    Number(report().fenced),
  );
  gauge('draining', '1 while the node takes nothing new because it was asked to drain.', () => Number(report().drains.length > 0));
  gauge('accepting', '1 while the node offers to take work.', () => flag(report().offer?.accepting));
  gauge('network_fence_up', "1 when the fence between containers and the machine's networks has been tried out and holds.", () =>
    flag(source.isFenced()),
  );
  gauge('gpus_unusable', 'GPUs that the node registered and that cannot be used for now; absent where it has none.', () =>
    troubled(report().usage),
  );
  gauge('orphans', 'Containers of the agent that no order knows.', () => report().orphans?.length ?? null);
  gauge('log_spool_bytes', 'Log that the master has not confirmed, on disk.', () => report().spool.bytes);
  gauge('log_spool_chunks', 'The same, in chunks.', () => report().spool.chunks);

  const allocations = new Gauge({
    name: 'muster_agent_allocations',
    help: 'Allocations that the agent knows, by phase.',
    labelNames: ['phase'],
    registers: [],
    collect() {
      for (const phase of PHASES) this.set({ phase }, report().allocations.filter((one) => one.phase === phase).length);
    },
  });
  registry.registerMetric(allocations);
  perResource(registry, 'promised', 'Promised to allocations that have not ended.', source.promised);
  perResource(registry, 'capacity', 'Offered to allocations in all.', () => report().offer?.capacity ?? null);
  const disk = new Gauge({
    name: 'muster_agent_disk_bytes',
    help: "The disk of the engine's data.",
    labelNames: ['state'],
    registers: [],
    async collect() {
      const { freeBytes, totalBytes } = await source.disk();
      this.set({ state: 'free' }, freeBytes);
      this.set({ state: 'used' }, totalBytes - freeBytes);
    },
  });
  registry.registerMetric(disk);

  counter('orders', 'Orders of the master, by kind and how they went.', ['kind', 'result']);
  counter('step_failures', 'Steps that failed, by kind and error code.', ['step', 'code']);
  counter('images', 'Images that were asked for, by how that went.', ['result']);
  counter('rpc_failures', "Calls of the chain's RPC that failed, by error code.", ['code']);
  counter('log_delivered_bytes', 'Text of logs that the master has confirmed.', []);
  counter('log_dropped_lines', 'Lines of logs that gave way because the master could not take them in time.', []);
  counter('slow_writes', 'Small files that the disk of the data directory took more than a second for.', []);
  return registry;
}

interface PerResource {
  cpu: number;
  memoryBytes: number;
  diskBytes: number;
  gpus: readonly unknown[];
}

function perResource(registry: Registry, what: string, help: string, read: () => PerResource | null): void {
  const units = [
    ['cpu_cores', ({ cpu }: PerResource) => cpu],
    ['memory_bytes', ({ memoryBytes }: PerResource) => memoryBytes],
    ['disk_bytes', ({ diskBytes }: PerResource) => diskBytes],
    ['gpus', ({ gpus }: PerResource) => gpus.length],
  ] as const;
  for (const [unit, pick] of units) {
    const gauge = new Gauge({
      name: `muster_agent_${what}_${unit}`,
      help,
      registers: [],
      collect() {
        const values = read();
        if (values) this.set(pick(values));
      },
    });
    registry.registerMetric(gauge);
  }
}

const troubled = (usage: AgentReport['usage']): number | null => usage?.gpus?.filter(({ problem }) => problem !== undefined).length ?? null;
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);
const flag = (value: boolean | null | undefined): number | null => (value === null || value === undefined ? null : Number(value));
