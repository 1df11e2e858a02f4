import { readdir, readFile } from 'node:fs/promises';

/** Resident memory of a process, bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no resident memory`);
  return Number(kilobytes) * 1024;
}

/** Processor time of a process and of the children that it has waited for, ms. Linux counts in hundredths of a second. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime, stime, cutime, cstime
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0) * 10;
}

/** dockerd, by its socket, and the containerd that it keeps; one that the system keeps counts too. */
export async function enginePids(dockerHost: string): Promise<number[]> {
  const processes = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readProcess));
  const all = processes.filter((one) => one !== null);
  const daemons = all.filter(({ name }) => name === 'dockerd');
  const dockerd = daemons.find(({ command }) => command.includes(dockerHost)) ?? (daemons.length === 1 ? daemons[0] : undefined);
  if (!dockerd) throw new Error(`no dockerd serves ${dockerHost} on this machine`);
  const keepers = all.filter(({ name }) => name === 'containerd');
  const containerd = keepers.find(({ parent }) => parent === dockerd.pid) ?? keepers.find(({ parent }) => parent === 1);
  return [dockerd.pid, ...(containerd ? [containerd.pid] : [])];
}

async function readProcess(pidText: string): Promise<{ pid: number; parent: number; name: string; command: string } | null> {
  try {
    const [status, command] = await Promise.all([
      readFile(`/proc/${pidText}/status`, 'utf8'),
      readFile(`/proc/${pidText}/cmdline`, 'utf8'),
    ]);
    const field = (name: string) => new RegExp(`^${name}:\\s+(.+)$`, 'm').exec(status)?.[1] ?? '';
    return { pid: Number(pidText), parent: Number(field('PPid')), name: field('Name'), command: command.replaceAll('\0', ' ') };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}
