import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MiB, shell, type Attack } from '../attack.ts';
import { declaringImage } from '../images.ts';

/** Files of 8 MiB until there is an end to it. */
const fill = (directory: string) =>
  shell(`i=0; while [ $i -lt 4000 ]; do i=$((i+1)); dd if=/dev/zero of=${directory}/fill-$i bs=1M count=8 2>/dev/null || exit 5; done`);
/** Says how far it is; some of it in a directory that only its owner may look into. */
const makeFiles = (directory: string) => [
  'perl',
  '-e',
  `$| = 1; chdir '${directory}' or die; mkdir 'closed', 0700; chdir 'closed'; for my $i (1 .. 20_000_000) { open(my $f, '>', $i) or die "FULL $i: $!"; print "MADE $i\n" if $i % 1000 == 0; }`,
];
/** Where nobody comes by a path. */
const makeDeepFiles = (directory: string) => [
  'perl',
  '-e',
  `chdir '${directory}' or die; my $name = 'd' x 200; for (1 .. 30) { mkdir $name or die; chdir $name or die; } for my $i (1 .. 20_000_000) { open(my $f, '>', $i) or die "FULL $i: $!"; }`,
];
/** A tick, the count and the stop take about two seconds; the rest is for a busy machine. */
const MOST_FILES = 1_000_000;
const LOG_BYTES = 3 * 10 * MiB;

export const diskAttacks: readonly Attack[] = [
  {
    name: 'disk filler, own files',
    quick: true,
    spec: { readOnlyRoot: false, command: fill('/data'), resources: { memoryBytes: 128 * MiB, cpu: 1, diskBytes: 256 * MiB } },
    ends: { phase: 'Failed', code: 'DISK_LIMIT_EXCEEDED' },
  },
  {
    name: 'disk filler, volume',
    spec: {
      volumes: [{ name: 'data', path: '/data' }],
      command: fill('/data'),
      resources: { memoryBytes: 128 * MiB, cpu: 1, diskBytes: 256 * MiB },
    },
    ends: { phase: 'Failed', code: 'DISK_LIMIT_EXCEEDED' },
  },
  {
    name: 'disk filler, a volume that the image declares',
    quick: true,
    spec: {
      image: declaringImage,
      command: fill('/declared'),
      resources: { memoryBytes: 128 * MiB, cpu: 1, diskBytes: 256 * MiB },
    },
    ends: { phase: 'Failed', code: 'DISK_LIMIT_EXCEEDED' },
  },
  {
    name: 'one file over the limit',
    quick: true,
    spec: {
      volumes: [{ name: 'data', path: '/data' }],
      command: shell('exec dd if=/dev/zero of=/data/big bs=1M count=4096'),
      resources: { memoryBytes: 128 * MiB, cpu: 1, diskBytes: 64 * MiB },
    },
    ends: { phase: 'Failed', code: 'DISK_LIMIT_EXCEEDED' },
  },
  {
    name: 'empty files without end, in a volume',
    quick: true,
    spec: {
      volumes: [{ name: 'data', path: '/data' }],
      command: makeFiles('/data'),
      resources: { memoryBytes: 256 * MiB, cpu: 1, diskBytes: 64 * MiB },
    },
    ends: { phase: 'Failed', code: 'DISK_LIMIT_EXCEEDED' },
    async afterwards({ stage, allocationId }) {
      const made = stage.master.linesOf(allocationId).flatMap((line) => /^MADE (\d+)$/.exec(line)?.[1] ?? []);
      const most = Math.max(0, ...made.map(Number));
      if (most > MOST_FILES) throw new Error(`it made ${most} files and directories`);
      return `${most} files and directories, each of them empty`;
    },
  },
  {
    name: 'directories deeper than any path, with files in them',
    spec: { readOnlyRoot: false, command: makeDeepFiles('/data'), resources: { memoryBytes: 256 * MiB, cpu: 1, diskBytes: 64 * MiB } },
    ends: { phase: 'Failed', code: 'DISK_LIMIT_EXCEEDED' },
  },
  {
    name: 'log flood',
    spec: {
      command: shell(`yes ${'flood '.repeat(150)}`),
      resources: { memoryBytes: 64 * MiB, cpu: 1 },
    },
    stopAfterMs: 10_000,
    graceMs: 1_000,
    ends: { phase: 'Cancelled' },
    async afterwards({ stage, allocationId }) {
      const spool = bytesUnder(join(stage.dataDir, 'runs'));
      if (spool > 128 * MiB) throw new Error(`the agent's data directory holds ${spool} bytes`);
      return `${stage.master.linesOf(allocationId).length} lines came through, ${Math.round(spool / MiB)} MiB wait on the node's disk`;
    },
  },
];

/** What a container's log takes while it runs: the engine keeps the files under one name. */
export function logBytesAt(logPath: string): number {
  const directory = dirname(logPath);
  if (!existsSync(directory)) return 0;
  return (
    readdirSync(directory)
      .filter((name) => name.startsWith(basename(logPath)))

      // It is rotated while we look.
      .reduce((sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0), 0)
  );
}

export const MOST_LOG_BYTES = LOG_BYTES + 2 * MiB;

function bytesUnder(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
