import { createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import { z } from 'zod';
import { nodeTag } from '../../isolation/bridge-name.ts';
import type { FenceAttempt, ProbeBridges } from '../../ports/network-fence.ts';
import { isMissing, runTool } from './run-tool.ts';

interface Target {
  target: string;
  address: string;
  port: number;
}

/** Whoever is reached answers within the machine or its network; refusals may be silent, since kernels send only so many a second. */
const CONNECT_MS = 500;

/**
 * A network namespace plugged into a bridge as Docker plugs a container's, from which a program really connects to where it must not.
 * The kernel answers for a closed port too, so nothing need listen there for a hole to show.
 */
export async function probeFence(node: Address, { own, other }: ProbeBridges, hasIpv6: boolean): Promise<FenceAttempt[]> {
  await sweepProbes(node);
  const [inside, neighbour] = [namespaceOf(node, 'a'), namespaceOf(node, 'b')];
  const listener = await listen();
  try {
    const [gateway] = [await plug({ node, side: 'a', bridge: own }), await plug({ node, side: 'b', bridge: other })];
    const neighbourAddress = await addressIn(neighbour);
    const port = portOf(listener);
    const targets: Target[] = [
      { target: 'the machine, by its bridge', address: gateway, port },
      ...hostAddresses(gateway).map((address) => ({ target: 'the machine, by its own address', address, port })),
      ...(hasIpv6 ? await openIpv6(inside, own, port) : []),
      { target: "another allocation's network", address: neighbourAddress, port: 80 },
      { target: 'a private address', address: '10.255.255.254', port: 80 },
      { target: 'a private address', address: '172.31.255.254', port: 80 },
      { target: 'a private address', address: '192.168.255.254', port: 80 },
      { target: "a carrier's private address", address: '100.127.255.254', port: 80 },
      { target: 'the metadata address', address: '169.254.169.254', port: 80 },
    ];
    return await attemptAll(inside, targets);
  } finally {
    listener.close();
    await sweepProbes(node);
  }
}

/** The cables first: the kernel takes its time with those of a namespace that is gone. */
export async function sweepProbes(node: Address): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    await runTool('ip', ['link', 'delete', cableOf(node, side)]);
    await runTool('ip', ['netns', 'delete', namespaceOf(node, side)]);
  }
}

const cableOf = (node: Address, side: 'a' | 'b') => `mv${nodeTag(node)}${side}`;
const namespaceOf = (node: Address, side: 'a' | 'b') => `muster-${nodeTag(node)}-${side}`;

/** Returns the bridge's own address: the way out of the namespace. */
async function plug({ node, side, bridge }: { node: Address; side: 'a' | 'b'; bridge: string }): Promise<string> {
  const name = namespaceOf(node, side);
  const cable = cableOf(node, side);
  const [gateway, length] = await bridgeAddress(bridge);
  const address = neighbourOf(gateway);
  await ip(['netns', 'add', name]);
  await ip(['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  await ip(['link', 'set', cable, 'master', bridge, 'up']);
  // The kernel's own IPv6 address would first be asked for on the wire, for a second or two in which nothing passes.
  await runTool('ip', ['-n', name, 'link', 'set', 'eth0', 'addrgenmode', 'none']);
  for (const device of ['lo', 'eth0']) await ip(['-n', name, 'link', 'set', device, 'up']);
  await ip(['-n', name, 'address', 'add', `${address}/${length}`, 'dev', 'eth0']);
  await ip(['-n', name, 'route', 'add', 'default', 'via', gateway]);
  return gateway;
}

const interfaceSchema = z.array(
  z.object({ addr_info: z.array(z.object({ family: z.string(), local: z.string(), prefixlen: z.number() })) }),
);

async function addressesOf(args: readonly string[]): Promise<{ family: string; local: string; prefixlen: number }[]> {
  const { stdout } = await ip(['-j', ...args]);
  return interfaceSchema.parse(JSON.parse(stdout)).flatMap(({ addr_info }) => addr_info);
}

async function bridgeAddress(bridge: string): Promise<[string, number]> {
  const found = await addressesOf(['address', 'show', 'dev', bridge]).catch(() => []);
  const own = found.find(({ family }) => family === 'inet');
  if (own) return [own.local, own.prefixlen];
  throw cannot(
    "the engine's bridges are not in the network namespace of this agent",
    'Run the agent beside its Docker Engine, both as root: not rootless, not in a VM or another container, not by tcp:// on another machine.',
  );
}

async function addressIn(name: string): Promise<string> {
  const found = await addressesOf(['-n', name, 'address', 'show', 'dev', 'eth0']);
  return found.find(({ family }) => family === 'inet')?.local ?? '';
}

/** The machine by IPv6, which works between neighbours without any set-up by the engine; `nodad` for the reason above. */
async function openIpv6(namespace: string, bridge: string, port: number): Promise<Target[]> {
  // An engine may have turned it off on its bridges: then there is no way to try.
  const added = await runTool('ip', ['address', 'add', 'fe80::a/64', 'dev', bridge, 'nodad']);
  if (added.code !== 0) return [];
  await ip(['-n', namespace, 'address', 'add', 'fe80::b/64', 'dev', 'eth0', 'nodad']);
  return [{ target: 'the machine, by IPv6', address: 'fe80::a%eth0', port }];
}

/** The engine gives the bridge the first address of its subnet, and containers the ones after it. */
const neighbourOf = (gateway: string): string => gateway.replace(/\d+$/, (last) => String(Number(last) + 1));

const hostAddresses = (gateway: string): string[] =>
  Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .filter(({ family, internal, address }) => family === 'IPv4' && !internal && address !== gateway)
    .map(({ address }) => address)
    .slice(0, 4);

function listen(): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).unref();
  return new Promise((resolve, reject) => server.once('error', reject).listen(0, () => resolve(server)));
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/**
 * An answer, be it a refusal by a machine over there, has come through; also one that lay there when time was up, because the machine was
 * too busy to run this program.
 */
export const PROBE_PROGRAM = `
const { connect } = require('node:net');
const attempt = ({ address, port }) => new Promise((resolve) => {
  const socket = connect({ host: address, port });
  const end = (outcome) => { clearTimeout(timer); socket.destroy(); resolve(outcome); };
  const timer = setTimeout(() => setImmediate(end, 'refused'), ${CONNECT_MS});
  socket.once('connect', () => end('reached'));
  socket.once('error', ({ code }) => end(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'reached' : 'refused'));
});
Promise.all(JSON.parse(process.argv[1]).map(attempt)).then((outcomes) => console.log(JSON.stringify(outcomes)));
`;

async function attemptAll(namespace: string, targets: readonly Target[]): Promise<FenceAttempt[]> {
  const { stdout } = await ip(['netns', 'exec', namespace, process.execPath, '-e', PROBE_PROGRAM, JSON.stringify(targets)]);
  const outcomes = z
    .array(z.enum(['refused', 'reached']))
    .length(targets.length)
    .parse(JSON.parse(stdout));
  return targets.map(({ target, address }, index) => ({ target, address, outcome: outcomes[index] ?? 'reached' }));
}

async function ip(args: readonly string[]) {
  const result = await runTool('ip', args);
  if (result.code === 0) return result;
  throw isMissing(result)
    ? cannot('iproute2 is not installed', 'Install it (Debian: apt-get install iproute2).')
    : cannot(
        `ip ${args.slice(0, 4).join(' ')} fails: ${result.stderr.trim().slice(0, 300)}`,
        'Run the agent as root, outside a container.',
      );
}

const cannot = (problem: string, hint: string) =>
  new AppError('EGRESS_UNAVAILABLE', { publicMessage: `The node cannot prove that containers are fenced off: ${problem}`, hint });
