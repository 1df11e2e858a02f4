import { AppError } from '@muster/protocol/errors/app-error';
import { afterEach, describe, expect, it } from 'vitest';
import { createIptablesFence } from '../adapters/host/iptables-fence.ts';
import { runTool } from '../adapters/host/run-tool.ts';
import { randomNode, removeEverythingOf, testRuntime } from '../testing/test-docker.ts';
import { bridgePrefix, nodeTag } from './bridge-name.ts';
import { verifyFence } from './verify-fence.ts';

const runtime = testRuntime();
const node = randomNode();
const fence = createIptablesFence({ node, denied: ['203.0.113.0/24'] });
const hole = ['-i', `${bridgePrefix(node)}+`, '-j', 'ACCEPT'];
const rulesOf = async (program: string) =>
  (await runTool(program, ['-S'])).stdout.split('\n').filter((rule) => rule.includes(nodeTag(node)));

afterEach(async () => {
  for (const [program, chain] of HOLES) while ((await runTool(program, ['-D', chain, ...hole])).code === 0);
  await fence.lower();
  await removeEverythingOf(runtime, node);
});

/** Somebody's firewall that accepts before anybody refuses. */
const HOLES = [
  ['iptables', 'INPUT'],
  ['iptables', 'FORWARD'],
  ['iptables', 'DOCKER-USER'],
  ['ip6tables', 'INPUT'],
] as const;
const openHoles = async () => {
  for (const [program, chain] of HOLES) await runTool(program, ['-I', chain, '1', ...hole]);
};

describe('the network fence, tried for real', () => {
  it('lets nothing out to the machine, private ranges, metadata or another network, and leaves no trace', async () => {
    const attempts = await verifyFence({ node, runtime, fence });
    expect(attempts.filter(({ outcome }) => outcome === 'reached')).toEqual([]);
    const targets = new Set(attempts.map(({ target }) => target));
    for (const target of ['the machine, by its bridge', "another allocation's network", 'a private address', 'the metadata address'])
      expect(targets).toContain(target);
    expect((await rulesOf('iptables')).some((rule) => rule.includes('203.0.113.0/24'))).toBe(true);

    await fence.lower();
    expect(await rulesOf('iptables')).toEqual([]);
    expect(await rulesOf('ip6tables')).toEqual([]);
    expect(await runtime.listNetworks({ 'muster.node': node })).toEqual([]);
    expect((await runTool('ip', ['netns'])).stdout).not.toContain(nodeTag(node));
  });

  it('sees a hole, and names what was reached through it', async () => {
    const holed = { ...fence, raise: async () => (await fence.raise(), await openHoles()) };
    const error = await verifyFence({ node, runtime, fence: holed }).catch((caught: unknown) => caught);
    expect(AppError.is(error, 'EGRESS_UNAVAILABLE') && error.publicMessage).toMatch(
      /they reach the machine, by its bridge \(.*the machine, by IPv6 \(fe80.*another allocation's network/,
    );
  });

  it('puts its rules back before those that were set meanwhile', async () => {
    await fence.raise();
    const before = await rulesOf('iptables');
    await openHoles();
    await runTool('iptables', ['-F', `MUSTER-FWD-${nodeTag(node)}`]);
    const attempts = await verifyFence({ node, runtime, fence });
    expect(attempts.filter(({ outcome }) => outcome === 'reached')).toEqual([]);
    const theirs = (rules: string[]) => rules.filter((rule) => !rule.endsWith('ACCEPT')).toSorted();
    expect(theirs(await rulesOf('iptables'))).toEqual(theirs(before));
  });

  it('does not take silence for safety: a probe whose packets do not arrive proves nothing', async () => {
    const drop = ['-i', `${bridgePrefix(node)}+`, '-j', 'DROP'];
    const elsewhere = async () => void (await runTool('iptables', ['-t', 'raw', '-I', 'PREROUTING', '1', ...drop]));
    try {
      const muted = { ...fence, raise: async () => (await fence.raise(), await elsewhere()) };
      const error = await verifyFence({ node, runtime, fence: muted }).catch((caught: unknown) => caught);
      expect(AppError.is(error, 'EGRESS_UNAVAILABLE') && error.publicMessage).toContain('did not come to the fence');
    } finally {
      await runTool('iptables', ['-t', 'raw', '-D', 'PREROUTING', ...drop]);
    }
  });
});
