import type { Lifetime } from '@muster/runtime/lifetime';
import type { AgentContext } from '../context.ts';
import { startMetricsServer } from '../metrics/metrics-server.ts';
import { promisedBy } from '../resources/ledger.ts';
import type { Tenancy } from '../tenancy.ts';
import { AGENT_VERSION } from '../version.ts';
import type { AgentReport } from './agent-report.ts';
import { startControlServer } from './control-server.ts';

/** What the machine's owner sees of the running agent: its commands by the control socket, and metrics when they are asked for. */
export async function openToOperator(
  context: AgentContext,
  { tenancy, lifetime }: { tenancy: Tenancy; lifetime: Lifetime },
): Promise<void> {
  const { config, stores, features, host, tally, logger, now } = context;
  const startedAt = now();
  const report = (): AgentReport => tenancy.report({ version: AGENT_VERSION, pid: process.pid, startedAt });
  const control = await startControlServer({ report, drain: (drain) => tenancy.ownerDrains(drain) }, { dataDir: config.dataDir, logger });
  lifetime.onStop(() => control.close());
  if (!config.metricsListen) return;
  const metrics = await startMetricsServer(
    {
      report,
      tally,
      now,
      promised: () => promisedBy(stores.allocations.list()),
      disk: () => host.diskSpace(config.dataDir),
      isFenced: () => features.features().egress,
    },
    { ...config.metricsListen, logger },
  );
  lifetime.onStop(() => metrics.close());
}
