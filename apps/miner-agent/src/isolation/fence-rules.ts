import type { Address } from 'viem';
import { bridgePrefix, nodeTag } from './bridge-name.ts';

/**
 * Where no stranger's container may go: the machine's own and private ranges, carrier NAT, link-local addresses with a cloud's
 * metadata service among them, what is set aside for documentation and benchmarks, multicast, reserved, broadcast.
 */
export const DENIED_RANGES: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Whether the fence lets this address pass. */
export const isPublicIpv4 = (text: string): boolean => {
  const address = numberOf(text);
  return !Number.isNaN(address) && !DENIED_RANGES.some((range) => contains(range, address));
};

/** Whether no address of this range passes anyway. */
export const isDeniedRange = (range: string): boolean => {
  const [base = '', length] = range.split('/');
  return DENIED_RANGES.some((denied) => Number(denied.split('/')[1]) <= Number(length) && contains(denied, numberOf(base)));
};

function contains(range: string, address: number): boolean {
  const [base = '', length = '32'] = range.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(address / size) === Math.floor(numberOf(base) / size);
}

/** NaN for anything else than four numbers with dots between. */
const numberOf = (text: string): number =>
  /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256)
    ? text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    : NaN;

/** One chain for what a container sends to the machine, one for what it sends through it. */
export interface FenceChains {
  input: string;
  forward: string;
}

export const fenceChains = (node: Address): FenceChains => ({
  input: `${CHAIN_PREFIX}IN-${nodeTag(node)}`,
  forward: `${CHAIN_PREFIX}FWD-${nodeTag(node)}`,
});

const CHAIN_PREFIX = 'MUSTER-';
/** Of whoever came in, not of a container that had a connection before there was a fence. */
export const REPLIES = '-m conntrack --ctstate RELATED,ESTABLISHED --ctdir REPLY -j RETURN';

export type Family = 4 | 6;

/** The rules of a node's two chains, as iptables-restore reads them. A packet that is not refused goes on to Docker's own rules. */
export function chainRules(node: Address, family: Family, denied: readonly string[]): string[] {
  const { input, forward } = fenceChains(node);
  // An answer, so that a mistaken program fails at once instead of waiting for its time-out.
  const refuse = `-j REJECT --reject-with ${family === 4 ? 'icmp-admin-prohibited' : 'icmp6-adm-prohibited'}`;
  return [
    `:${input} - [0:0]`,
    `:${forward} - [0:0]`,
    // Replies to a connection that came in through a published port; a container cannot make its own packets look like one.
    `-A ${input} ${REPLIES}`,
    `-A ${input} ${refuse}`,
    `-A ${forward} ${REPLIES}`,
    // Whatever addresses bridges have: never from one allocation to another.
    `-A ${forward} -o ${bridgePrefix(node)}+ ${refuse}`,
    ...(family === 4 ? denied.map((range) => `-A ${forward} -d ${range} ${refuse}`) : [`-A ${forward} ${refuse}`]),
  ];
}

export type HookChain = 'INPUT' | 'FORWARD' | 'DOCKER-USER';

const hookOf = (node: Address, chain: HookChain): string => {
  const { input, forward } = fenceChains(node);
  return `-i ${bridgePrefix(node)}+ -j ${chain === 'INPUT' ? input : forward}`;
};

/**
 * What must change for the node's hook to come first in a chain, as iptables-restore reads it; nothing when it does. `listing` is
 * what `iptables -S CHAIN` says. Others may stand before it only if they end nothing themselves: hooks of other nodes, and
 * Docker's jump to the chain where ours is first.
 */
export function hookChanges(node: Address, chain: HookChain, listing: string): string[] {
  const hook = hookOf(node, chain);
  const rules = rulesOf(chain, listing);
  const isHarmless = (rule: string) => rule.includes(` -j ${CHAIN_PREFIX}`) || (chain === 'FORWARD' && rule === '-j DOCKER-USER');
  const before = rules.slice(0, Math.max(0, rules.indexOf(hook)));
  const count = rules.filter((rule) => rule === hook).length;
  if (count === 1 && before.every(isHarmless)) return [];
  return [...Array.from({ length: count }, () => `-D ${chain} ${hook}`), `-I ${chain} 1 ${hook}`];
}

/** What takes the node's hook out of a chain again. */
export const hookRemovals = (node: Address, chain: HookChain, listing: string): string[] =>
  rulesOf(chain, listing)
    .filter((rule) => rule === hookOf(node, chain))
    .map((rule) => `-D ${chain} ${rule}`);

const rulesOf = (chain: HookChain, listing: string): string[] =>
  listing
    .split('\n')
    .filter((line) => line.startsWith(`-A ${chain} `))
    .map((line) => line.slice(`-A ${chain} `.length).trim());

export const restoreText = (lines: readonly string[]): string => ['*filter', ...lines, 'COMMIT', ''].join('\n');
