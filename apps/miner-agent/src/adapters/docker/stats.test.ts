import { expect, it } from 'vitest';
import { countersOf } from './stats.ts';

const running = {
  cpu_stats: { cpu_usage: { total_usage: 2_500_000_000 } },
  memory_stats: { usage: 5_000, stats: { total_inactive_file: 1_500 } },
  networks: { eth0: { rx_bytes: 10, tx_bytes: 20 }, eth1: { rx_bytes: 1, tx_bytes: 2 } },
};

it('reads what the engine counts, and knows a container that does not run', () => {
  expect(countersOf(running)).toEqual({ cpuMs: 2_500, memoryBytes: 3_500, rxBytes: 11, txBytes: 22 });
  expect(countersOf({ ...running, networks: undefined })).toEqual({ cpuMs: 2_500, memoryBytes: 3_500 });
  expect(countersOf({ cpu_stats: { cpu_usage: { total_usage: 0 } }, memory_stats: {} })).toBeNull();
  expect(countersOf('gone')).toBeNull();
});
