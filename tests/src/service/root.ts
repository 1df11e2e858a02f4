import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../faults/lib/run-tool.ts';

/** What a miner's machine has: systemd as its first process, an engine, a firewall. */
const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'docker.io', 'iptables', 'procps', 'kmod'];

/** systemd-nspawn hands in version 1's control groups read-only; an engine makes its containers' in them. */
const WRITABLE_CGROUPS = `[Unit]
DefaultDependencies=no
Before=docker.service containerd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for d in /sys/fs/cgroup/*/; do mount -o remount,bind,rw "$d" 2>/dev/null; done; true'
`;

/** A Debian of the same release as this one, on which nothing of Muster has ever been: half a minute, and half a gigabyte. */
export async function makeRoot(path: string): Promise<void> {
  const [, suite = 'stable'] = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8')) ?? [];
  await runTool('mmdebstrap', ['--variant=minbase', `--include=${PACKAGES.join(',')}`, suite, path]);
  const units = join(path, 'etc/systemd/system');
  await writeFile(join(units, 'writable-cgroups.service'), WRITABLE_CGROUPS);
  await mkdir(join(units, 'sysinit.target.wants'), { recursive: true });
  await symlink('../writable-cgroups.service', join(units, 'sysinit.target.wants/writable-cgroups.service'));
}
