import { MiB, shell, type Attack } from '../attack.ts';

export const memoryAttacks: readonly Attack[] = [
  {
    name: 'memory bomb',
    quick: true,
    spec: { command: shell('tail /dev/zero'), resources: { memoryBytes: 64 * MiB, cpu: 1 } },
    ends: { phase: 'Failed', code: 'CONTAINER_OOM_KILLED', exitCode: 137 },
  },
  {
    name: 'memory bomb of many processes',
    spec: {
      command: shell('for i in 1 2 3 4 5 6 7 8; do tail /dev/zero & done; wait; tail /dev/zero'),
      resources: { memoryBytes: 64 * MiB, cpu: 1 },
    },
    ends: { phase: 'Failed', code: 'CONTAINER_OOM_KILLED', exitCode: 137 },
  },
  {
    name: 'filling /tmp and /dev/shm',
    quick: true,
    spec: {
      command: shell(
        'for f in /tmp/x /dev/shm/x; do dd if=/dev/zero of=$f bs=1M count=512 2>&1 | grep -i "no space" && echo "held $f"; [ "$(stat -c %s $f)" -gt 67108864 ] && echo BREACH $f; rm -f $f; done; exit 0',
      ),
      resources: { memoryBytes: 256 * MiB, shmBytes: 32 * MiB, cpu: 1 },
    },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/held \/tmp\/x/, /held \/dev\/shm\/x/],
  },
];
