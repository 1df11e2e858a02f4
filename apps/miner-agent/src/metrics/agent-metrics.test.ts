import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AgentReport } from '../operator/agent-report.ts';
import { createAgentMetrics, type MetricsSource } from './agent-metrics.ts';
import { createTally } from './tally.ts';

const allocation = (phase: AgentReport['allocations'][number]['phase']): AgentReport['allocations'][number] => ({
  allocationId: '6c0e6c53-7a55-4b1c-8a52-1a2b3c4d5e6f',
  taskId: '7d1f7d64-8b66-4c2d-9b63-2b3c4d5e6f70',
  epoch: 1,
  image: 'busybox',
  phase,
  reason: null,
  containerId: null,
  startedAt: null,
  usage: null,
});

function setup(change: Partial<AgentReport> = {}) {
  const report: AgentReport = {
    running: true,
    version: '0.1.0',
    pid: 1,
    startedAt: 1_000_000,
    invited: true,
    registering: true,
    session: { sessionId: 's', generation: 1, lastHeartbeatAt: 1_990_000 },
    fenced: false,
    drains: [],
    offer: null,
    usage: null,
    allocations: [allocation('Running'), allocation('Running'), allocation('Failed')],
    spool: { chunks: 2, bytes: 8192 },
    images: { count: 0, bytes: 0, budgetBytes: null },
    orphans: [],
    ...change,
  };
  const tally = createTally();
  const source: MetricsSource = {
    report: () => report,
    promised: () => ({ cpu: 1.5, memoryBytes: 64, diskBytes: 0, gpus: [] }),
    disk: async () => ({ freeBytes: 25, totalBytes: 100 }),
    isFenced: () => true,
    tally,
    now: () => 2_000_000,
  };
  return { tally, registry: createAgentMetrics(source) };
}

describe('the metrics', () => {
  it('count the GPUs that cannot be used, where there are any', async () => {
    expect(await setup().registry.metrics()).not.toContain('muster_agent_gpus_unusable 0');
    const usage = { cpu: 0, memoryBytes: 0, diskBytes: 0, gpus: [{ uuid: 'GPU-1', problem: 'GPU is lost' }, { uuid: 'GPU-2' }] };
    expect(await setup({ usage }).registry.metrics()).toContain('muster_agent_gpus_unusable 1');
  });

  it('show what the agent reports, in base units', async () => {
    const text = await setup().registry.metrics();
    expect(text).toContain('muster_agent_info{version="0.1.0"} 1');
    expect(text).toContain('muster_agent_last_heartbeat_age_seconds 10');
    expect(text).toContain('muster_agent_allocations{phase="Running"} 2');
    expect(text).toContain('muster_agent_allocations{phase="Pulling"} 0');
    expect(text).toContain('muster_agent_promised_cpu_cores 1.5');
    expect(text).toContain('muster_agent_disk_bytes{state="used"} 75');
    expect(text).toContain('muster_agent_log_spool_bytes 8192');
    expect(text).not.toMatch(/6c0e6c53|7d1f7d64|busybox/);
  });

  it('count what happens, and count on over scrapes', async () => {
    const { tally, registry } = setup();
    tally.add('step_failures', { step: 'pull', code: 'IMAGE_NOT_FOUND' });
    tally.add('step_failures', { step: 'pull', code: 'IMAGE_NOT_FOUND' });
    tally.add('log_delivered_bytes', {}, 500);
    await registry.metrics();
    tally.add('log_delivered_bytes', {}, 500);
    const text = await registry.metrics();
    expect(text).toContain('muster_agent_step_failures_total{step="pull",code="IMAGE_NOT_FOUND"} 2');
    expect(text).toContain('muster_agent_log_delivered_bytes_total 1000');
  });

  it('have no age before the first heartbeat, and say when the session is gone', async () => {
    const text = await setup({ session: null }).registry.metrics();
    expect(text).not.toMatch(/^muster_agent_last_heartbeat_age_seconds \d/m);
    expect(text).toContain('muster_agent_session_open 0');
  });

  it('follow the conventions for names', async () => {
    for (const { name, type } of await setup().registry.getMetricsAsJSON()) {
      expect(name).toMatch(/^muster_agent_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(String(type) === 'counter');
    }
  });

  it('are those that the example alerts ask about', async () => {
    const alerts = await readFile(fileURLToPath(new URL('../../../../docs/operations/miner-alerts.yml', import.meta.url)), 'utf8');
    const known = new Set((await setup().registry.getMetricsAsJSON()).map(({ name }) => name));
    const asked = alerts.match(/muster_agent_[a-z_]+/g) ?? [];
    expect(asked.length).toBeGreaterThan(5);
    for (const name of asked) expect(known).toContain(name);
  });
});
