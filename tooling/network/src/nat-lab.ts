import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { StepError } from '../../scripts/lib/steps.mjs';

const exec = promisify(execFile);

/**
 * A machine at somebody's home, as network namespaces: it reaches this one through a router that translates its address, and nobody
 * reaches it. IPv6, which needs no translation, is routed both ways.
 */
export interface NatLab {
  /** Namespace of the machine at home. */
  home: string;
  /** This machine, as the one at home reaches it. */
  outside: string;
  /** The router, as this machine sees it. */
  router: string;
  /** The machine at home, in its own network. */
  inside: string;
  /** The same by IPv6, which this machine reaches. */
  inside6: string;
  /** Puts a command into the namespace of the home or of its router. */
  at(place: 'home' | 'router', command: readonly string[]): { command: string; args: string[] };
  /** Gives the machine at home another address in place of the one it has, and says which. */
  move(): Promise<string>;
  remove(): Promise<void>;
}

export async function createNatLab(): Promise<NatLab> {
  if (process.getuid?.() !== 0) throw new StepError('Network namespaces need root.', 'Run it as root, for example in a container of CI.');
  const tag = randomBytes(3).toString('hex');
  const [home, gateway] = [`muster-home-${tag}`, `muster-nat-${tag}`];
  const wan = `mw${tag}`;
  const second = randomInt(200, 250);
  const [net, homeNet] = [`10.${second}.${randomInt(0, 125) * 2}`, `10.${second}.${randomInt(0, 125) * 2 + 1}`];
  const net6 = `fd77:${tag.slice(0, 4)}`;
  const at: NatLab['at'] = (place, [command = '', ...args]) => ({
    command: 'nsenter',
    args: [`--net=/run/netns/${place === 'home' ? home : gateway}`, command, ...args],
  });
  const run = (line: string) => exec('ip', line.split(' '));
  const inside = async (place: 'home' | 'router', line: string) => {
    const { command, args } = at(place, line.split(' '));
    await exec(command, args);
  };
  const remove = async () => {
    // The pairs of interfaces go with their namespaces.
    for (const name of [home, gateway]) await exec('ip', ['netns', 'delete', name]).catch(() => undefined);
  };
  try {
    for (const name of [home, gateway]) await run(`netns add ${name}`);
    await run(`link add ${wan} type veth peer name wan netns ${gateway}`);
    await run(`-n ${gateway} link add lan type veth peer name eth0 netns ${home}`);
    await run(`addr add ${net}.1/30 dev ${wan}`);
    await run(`-6 addr add ${net6}:1::1/64 dev ${wan} nodad`);
    await run(`link set ${wan} up`);
    for (const [name, device, address, address6] of [
      [gateway, 'wan', `${net}.2/30`, `${net6}:1::2/64`],
      [gateway, 'lan', `${homeNet}.1/24`, `${net6}:2::1/64`],
      [home, 'eth0', `${homeNet}.5/24`, `${net6}:2::5/64`],
    ] as const) {
      await run(`-n ${name} addr add ${address} dev ${device}`);
      await run(`-n ${name} -6 addr add ${address6} dev ${device} nodad`);
      await run(`-n ${name} link set ${device} up`);
      await run(`-n ${name} link set lo up`);
    }
    await run(`-n ${home} route add default via ${homeNet}.1`);
    await run(`-n ${home} -6 route add default via ${net6}:2::1`);
    await run(`-6 route add ${net6}:2::/64 via ${net6}:1::2 dev ${wan}`);
    // So that whoever tries has a way to try: the router's firewall stands in it, not a missing route.
    await run(`route add ${homeNet}.0/24 via ${net}.2 dev ${wan}`);
    for (const setting of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding']) {
      const write = at('router', ['sh', '-c', `echo 1 > /proc/sys/net/${setting}`]);
      await exec(write.command, write.args);
    }
    await inside('router', 'iptables -t nat -A POSTROUTING -o wan -j MASQUERADE');
    await inside('router', 'iptables -P FORWARD DROP');
    await inside('router', 'iptables -A FORWARD -i lan -j ACCEPT');
    await inside('router', 'iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT');
  } catch (error) {
    await remove();
    throw error;
  }
  let last = 5;
  return {
    home,
    outside: `${net}.1`,
    router: `${net}.2`,
    inside: `${homeNet}.5`,
    inside6: `${net6}:2::5`,
    at,
    async move() {
      const next = `${homeNet}.${(last += 1)}`;
      // In this order: with a network's first address the kernel removes the others of that network.
      await run(`-n ${home} addr del ${homeNet}.${last - 1}/24 dev eth0`);
      await run(`-n ${home} addr add ${next}/24 dev eth0`);
      await run(`-n ${home} route replace default via ${homeNet}.1`);
      return next;
    },
    remove,
  };
}
