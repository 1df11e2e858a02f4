import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCgroupReader, parseGroups } from './cgroup-usage.ts';
import { isOutward, parseTraffic } from './traffic.ts';

const ID = 'c0ffee'.repeat(10);
const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0
  eth0: 1500 15 0 0 0 0 0 0 700 7 0 0 0 0 0 0
  eth1:500 15 0 0 0 0 0 0 300 7 0 0 0 0 0 0
`;

async function setup(files: Record<string, string>) {
  const dir = await createTempDir('muster-cgroup');
  onTestFinished(() => dir.remove());
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir.path, path)), { recursive: true });
    await writeFile(join(dir.path, path), text);
  }
  return createCgroupReader(dir.path);
}

describe('usage from the kernel', () => {
  it('is read from the unified hierarchy', async () => {
    const at = `sys/fs/cgroup/system.slice/docker-${ID}.scope`;
    const reader = await setup({
      'proc/42/cgroup': `0::/system.slice/docker-${ID}.scope\n`,
      'proc/42/net/dev': NET_DEV,
      [`${at}/cpu.stat`]: 'usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n',
      [`${at}/memory.current`]: '5000\n',
      [`${at}/memory.stat`]: 'anon 3000\ninactive_file 1500\nactive_file 500\n',
    });
    expect(await reader.read({ id: ID, pid: 42 })).toEqual({ cpuMs: 2500, memoryBytes: 3500, rxBytes: 2000, txBytes: 1000 });
  });

  it('is read from one hierarchy per controller', async () => {
    const reader = await setup({
      'proc/42/cgroup': `8:pids:/docker/${ID}\n4:cpu,cpuacct:/docker/${ID}\n3:memory:/docker/${ID}\n0::/\n`,
      [`sys/fs/cgroup/cpuacct/docker/${ID}/cpuacct.usage`]: '2500000000\n',
      [`sys/fs/cgroup/memory/docker/${ID}/memory.usage_in_bytes`]: '5000\n',
      [`sys/fs/cgroup/memory/docker/${ID}/memory.stat`]: 'inactive_file 1\ntotal_inactive_file 1500\n',
    });
    expect(await reader.read({ id: ID, pid: 42 })).toEqual({ cpuMs: 2500, memoryBytes: 3500 });
  });

  it("is nobody else's: of a process id that is another's by now, of a container elsewhere, or that has ended", async () => {
    const reader = await setup({ 'proc/42/cgroup': '0::/user.slice/session-1.scope\n' });
    expect(await reader.read({ id: ID, pid: 42 })).toBeNull();
    expect(await reader.read({ id: ID, pid: 43 })).toBeNull();
    expect(await reader.read({ id: ID, pid: null })).toBeNull();
    expect(parseGroups(`0::/docker/${ID}/../../other\n`, ID)).toBeNull();
  });
});

it('counts what leaves the machine once', () => {
  expect(parseTraffic(NET_DEV.replace('eth1', 'vethab'), isOutward)).toEqual({ rxBytes: 1500, txBytes: 700 });
  expect(['lo', 'docker0', 'veth1', 'br-12ab', 'mu5fbdb2aa', 'eth0', 'enp3s0', 'wlan0', 'mu0'].filter(isOutward)).toEqual([
    'eth0',
    'enp3s0',
    'wlan0',
    'mu0',
  ]);
});
