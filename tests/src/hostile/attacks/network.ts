import { networkInterfaces } from 'node:os';
import { waitFor } from '@muster/miner-agent/testing/test-docker';
import { shell, type Attack } from '../attack.ts';
import { HOST_PORT } from '../host-port.ts';

/** Connects by IPv4 and IPv6 with a shell's means; what answers is a breach. */
const reach = (targets: readonly [string, number][]) =>
  shell(
    [
      ...targets.map(
        ([address, port]) =>
          `if nc -w 1 ${address} ${port} </dev/null 2>/tmp/why; then echo "BREACH ${address}:${port}"; else echo "DENIED ${address}:${port} $(cat /tmp/why)"; fi`,
      ),
      'gateway=$(ip route | sed -n "s/^default via \\([0-9.]*\\).*/\\1/p")',
      `echo "gateway $gateway"; nc -w 1 $gateway ${HOST_PORT} </dev/null 2>/dev/null && echo "BREACH gateway:${HOST_PORT}"`,
      'ip -6 address 2>/dev/null | grep -q inet6 && echo "BREACH it has IPv6"',
      'ping -c 1 -W 1 $gateway >/dev/null 2>&1 && echo "BREACH ping"',
      'grep nameserver /etc/resolv.conf; echo reached nothing',
    ].join('; '),
  );

const hostAddresses = () =>
  Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }): [string, number] => [address, HOST_PORT])
    .slice(0, 4);

export const networkAttacks: readonly Attack[] = [
  {
    name: 'egress: the machine, private ranges, metadata, another allocation',
    sharedKernel: true,
    quick: true,
    async spec(stage) {
      const other = stage.place({
        network: 'egress',
        command: shell('ip -4 address show eth0 | sed -n "s/.*inet \\([0-9.]*\\).*/\\1/p"; while :; do echo hello | nc -l -p 8080; done'),
      });
      const address = await waitFor(() => stage.master.linesOf(other).find((line) => /^[\d.]+$/.test(line)));
      return {
        network: 'egress',
        command: reach([
          [address, 8080],
          ['169.254.169.254', 80],
          ['10.0.0.1', 80],
          ['172.16.0.1', 80],
          ['192.168.0.1', 80],
          ['100.64.0.1', 80],
          ...hostAddresses(),
        ]),
      };
    },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/^DENIED .*:8080/, /^DENIED 169\.254\.169\.254:80/, /^DENIED 10\.0\.0\.1:80/, /^gateway \d+\./, /^reached nothing$/],
  },
  {
    name: 'no network: nothing at all',
    quick: true,
    spec: {
      command: shell(
        'ls /sys/class/net | grep -v "^lo$" && echo "BREACH an interface"; nc -w 1 1.1.1.1 80 </dev/null 2>&1 && echo "BREACH 1.1.1.1"; echo alone',
      ),
    },
    ends: { phase: 'Succeeded', exitCode: 0 },
    says: [/^alone$/],
  },
];
