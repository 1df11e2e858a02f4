import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageCounters, UsageReader } from '../../ports/usage-reader.ts';
import { parseTraffic } from './traffic.ts';

/**
 * A container's figures straight from the kernel: four small files, under a millisecond, where the engine takes a second for
 * the same. Only where its process is of this machine (the engine may be on another one, and process ids are used again): the
 * kernel must say that the process is in a group of the container's own id.
 */
export function createCgroupReader(root = '/'): UsageReader {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
  return {
    async read({ id, pid }) {
      if (pid === null) return null;
      try {
        const groups = parseGroups(await read(`proc/${pid}/cgroup`), id);
        if (groups === null) return null;
        const [figures, traffic] = await Promise.all([
          groups.version === 2 ? readUnified(read, groups.path) : readSplit(read, groups),
          read(`proc/${pid}/net/dev`).then(
            (text) => parseTraffic(text, isOwn),
            () => ({}),
          ),
        ]);
        return { ...figures, ...traffic };
      } catch {
        // It ended between two looks, or the files are laid out as nobody has seen: the engine is asked instead.
        return null;
      }
    },
  };
}

type Read = (path: string) => Promise<string>;
type Groups = { version: 2; path: string } | { version: 1; cpuacct: string; memory: string };

/** `0::/system.slice/docker-<id>.scope`, or one line per controller: `4:cpu,cpuacct:/docker/<id>`. */
export function parseGroups(text: string, id: string): Groups | null {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined || !path.includes(id) || path.includes('..')) continue;
    for (const controller of controllers.split(',')) paths.set(controller, path);
  }
  const [cpuacct, memory, unified] = ['cpuacct', 'memory', ''].map((name) => paths.get(name));
  if (cpuacct !== undefined && memory !== undefined) return { version: 1, cpuacct, memory };
  return unified === undefined ? null : { version: 2, path: unified };
}

async function readUnified(read: Read, path: string): Promise<UsageCounters> {
  const at = `sys/fs/cgroup${path}`;
  const [cpu, memory, stat] = await Promise.all([read(`${at}/cpu.stat`), read(`${at}/memory.current`), read(`${at}/memory.stat`)]);
  return { cpuMs: figure(cpu, 'usage_usec') / 1e3, memoryBytes: Math.max(0, Number(memory) - figure(stat, 'inactive_file')) };
}

async function readSplit(read: Read, { cpuacct, memory }: { cpuacct: string; memory: string }): Promise<UsageCounters> {
  const at = `sys/fs/cgroup/memory${memory}`;
  const [cpu, held, stat] = await Promise.all([
    read(`sys/fs/cgroup/cpuacct${cpuacct}/cpuacct.usage`),
    read(`${at}/memory.usage_in_bytes`),
    read(`${at}/memory.stat`),
  ]);
  return { cpuMs: Number(cpu) / 1e6, memoryBytes: Math.max(0, Number(held) - figure(stat, 'total_inactive_file')) };
}

function figure(text: string, name: string): number {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  if (found === undefined) throw new Error(`no ${name}`);
  return Number(found);
}

const isOwn = (name: string): boolean => name !== 'lo';
