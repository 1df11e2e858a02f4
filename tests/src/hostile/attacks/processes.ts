import { MiB, shell, type Attack } from '../attack.ts';

const perl = (script: string) => ['perl', '-e', script];

export const processAttacks: readonly Attack[] = [
  {
    name: 'fork bomb',
    sharedKernel: true,
    quick: true,
    spec: { command: shell('bomb() { bomb | bomb & }; bomb; sleep 4; echo over; exit 3'), resources: { memoryBytes: 128 * MiB, cpu: 1 } },
    // The shell itself may be the one that cannot fork any more.
    ends: { phase: 'Failed', code: 'CONTAINER_EXITED' },
    says: [/can't fork|Resource temporarily unavailable/],
  },
  {
    name: 'thousands of zombies',
    sharedKernel: true,
    spec: {
      command: perl(
        '$| = 1; my $made = 0; while ($made < 5000) { my $pid = fork; last unless defined $pid; exit 0 unless $pid; $made++; } print "made $made: $!\\n"; sleep 2; exit 4',
      ),
      resources: { memoryBytes: 128 * MiB, cpu: 1 },
    },
    ends: { phase: 'Failed', code: 'CONTAINER_EXITED', exitCode: 4 },
    // 1024 processes, less the init and itself.
    says: [/^made 10[12]\d: Resource temporarily unavailable/],
  },
  {
    name: 'ignoring SIGTERM',
    quick: true,
    spec: { command: shell('trap "" TERM INT HUP; echo up; while :; do sleep 0.1; done') },
    stopAfterMs: 1_000,
    graceMs: 1_000,
    ends: { phase: 'Cancelled', exitCode: 137 },
  },
  {
    name: 'killing and reading others',
    quick: true,
    spec: {
      command: shell(
        'echo "sees $(ls -d /proc/[0-9]* | wc -l)"; kill -9 -1; for p in /proc/[0-9]*; do grep -aqs "dist/main.js\\|dockerd" $p/cmdline && [ "$p" != "/proc/$$" ] && ! grep -aqs "grep" $p/cmdline && ! grep -aqs BREAC $p/cmdline && echo BREACH $p; done; echo looked',
      ),
    },
    ends: { phase: 'Succeeded', exitCode: 0 },
    // Its init, itself, and what it started to look.
    says: [/^sees [1-9]$/, /^looked$/],
  },
  {
    name: 'open files',
    spec: {
      command: perl(
        'my @open; while (@open < 100_000) { open(my $file, "<", "/dev/null") or last; push @open, $file; } print "opened ", scalar(@open), ": $!\\n"',
      ),
      resources: { memoryBytes: 256 * MiB, cpu: 1 },
    },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/^opened 163\d\d: Too many open files/],
  },
];
