import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { AppError } from '@muster/protocol/errors/app-error';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createIptablesFence } from '../adapters/host/iptables-fence.ts';
import { runTool } from '../adapters/host/run-tool.ts';
import { randomNode, removeEverythingOf, testRuntime, waitFor } from '../testing/test-docker.ts';
import { startTenant } from '../testing/test-tenant.ts';
import { bridgePrefix, nodeTag } from './bridge-name.ts';
import { REPLIES as REPLY_RULE } from './fence-rules.ts';
import { verifyFence } from './verify-fence.ts';

const runtime = testRuntime();
const node = randomNode();
const fence = createIptablesFence({ node, denied: ['203.0.113.0/24'] });
const REPLIES = REPLY_RULE.split(' ');
const hole = ['-i', `${bridgePrefix(node)}+`, '-j', 'ACCEPT'];
/** Docker and other tests' agents change rules meanwhile: wait for the lock. */
const iptables = (program: string, args: readonly string[]) => runTool(program, ['-w', '5', ...args]);
const rulesOf = async (program: string) =>
  (await iptables(program, ['-S'])).stdout.split('\n').filter((rule) => rule.includes(nodeTag(node)));

afterEach(async () => {
  for (const [program, chain] of HOLES) while ((await iptables(program, ['-D', chain, ...hole])).code === 0);
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
  for (const [program, chain] of HOLES) await iptables(program, ['-I', chain, '1', ...hole]);
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
    await iptables('iptables', ['-F', `MUSTER-FWD-${nodeTag(node)}`]);
    const attempts = await verifyFence({ node, runtime, fence });
    expect(attempts.filter(({ outcome }) => outcome === 'reached')).toEqual([]);
    const theirs = (rules: string[]) => rules.filter((rule) => !rule.endsWith('ACCEPT')).toSorted();
    expect(theirs(await rulesOf('iptables'))).toEqual(theirs(before));
  });

  it('cuts what was opened while it was down, and lets answers to those who come in pass', async () => {
    let heard = '';
    const server = createServer((socket) => socket.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('error', () => undefined));
    onTestFinished(() => void server.close());
    await once(server.listen(0), 'listening');
    const address = server.address();
    await fence.raise();
    await iptables('iptables', ['-F', `MUSTER-IN-${nodeTag(node)}`]);
    const tenant = await startTenant(node, typeof address === 'object' && address ? address.port : 0);
    await fence.raise();
    tenant.say();
    const refused = async () => (await iptables('iptables', ['-nvxL', `MUSTER-IN-${nodeTag(node)}`])).stdout;
    await waitFor(async () => /^\s*[1-9]\d*\s+\d+ REJECT/m.test(await refused()));
    expect(heard).toBe('');
    const visitor = connect({ host: tenant.address, port: 8080 });
    expect(await text(visitor)).toBe('answered');
  });

  it('writes no more than has changed: its counters go on, also when an engine puts rules of its own before', async () => {
    const [input, forward] = [`MUSTER-IN-${nodeTag(node)}`, `MUSTER-FWD-${nodeTag(node)}`];
    const first = new RegExp(String.raw`\[(\d+):\d+\] -A ${input} `);
    const count = async () => first.exec((await runTool('iptables-save', ['-c'])).stdout)?.[1];
    const set = () => iptables('iptables', ['-R', input, '1', '-c', '7', '7', ...REPLIES]);
    await fence.raise();
    await set();
    await fence.raise();
    expect(await count()).toBe('7');
    const hooks = await rulesOf('iptables');
    await openHoles();
    await fence.raise();
    expect(await count()).toBe('7');
    expect((await rulesOf('iptables')).filter((rule) => !rule.endsWith('ACCEPT'))).toEqual(hooks);
    await iptables('iptables', ['-D', forward, '2']);
    await fence.raise();
    expect(await count()).toBe('0');
  });

  it('does not take silence for safety: a probe whose packets do not arrive proves nothing', async () => {
    const drop = ['-i', `${bridgePrefix(node)}+`, '-j', 'DROP'];
    const elsewhere = async () => void (await iptables('iptables', ['-t', 'raw', '-I', 'PREROUTING', '1', ...drop]));
    try {
      const muted = { ...fence, raise: async () => (await fence.raise(), await elsewhere()) };
      const error = await verifyFence({ node, runtime, fence: muted }).catch((caught: unknown) => caught);
      expect(AppError.is(error, 'EGRESS_UNAVAILABLE') && error.publicMessage).toContain('did not come to the fence');
    } finally {
      await iptables('iptables', ['-t', 'raw', '-D', 'PREROUTING', ...drop]);
    }
  });
});
