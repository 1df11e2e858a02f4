import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OTHER_NODE, TEST_NODE } from '../testing/test-record.ts';
import { bridgePrefix } from './bridge-name.ts';
import { chainRules, DENIED_RANGES, fenceChains, hookChanges, hookRemovals, isPublicIpv4, type HookChain } from './fence-rules.ts';

const chains = fc.constantFrom<HookChain>('INPUT', 'FORWARD', 'DOCKER-USER');
const hookText = (chain: HookChain, node = TEST_NODE) =>
  `-i ${bridgePrefix(node)}+ -j ${chain === 'INPUT' ? fenceChains(node).input : fenceChains(node).forward}`;
const foreign = fc.constantFrom('-j ACCEPT', '-i lo -j ACCEPT', '-j ufw-before-input', '-j DOCKER-USER', '-o docker0 -j DOCKER');

/** Carries out -D and -I as iptables does. */
function apply(rules: readonly string[], changes: readonly string[], chain: HookChain): string[] {
  const result = [...rules];
  for (const change of changes) {
    const [, verb, rest = ''] = /^-([DI]) \S+ (.*)$/.exec(change) ?? [];
    if (verb === 'I') result.unshift(rest.replace(/^1 /, ''));
    else result.splice(result.indexOf(rest), result.includes(rest) ? 1 : NaN);
    if (!change.startsWith(`-${verb} ${chain} `)) throw new Error(change);
  }
  return result;
}
const listingOf = (chain: HookChain, rules: readonly string[]) =>
  [`-P ${chain} ACCEPT`, ...rules.map((rule) => `-A ${chain} ${rule}`)].join('\n');

describe('hooks', () => {
  it('come first exactly once, whatever is there, and then need no change', () => {
    fc.assert(
      fc.property(
        chains,
        fc.array(fc.oneof(foreign, fc.constant('ours'), fc.constant('another node')), { maxLength: 8 }),
        (chain, picks) => {
          const rules = picks.map((pick) =>
            pick === 'ours' ? hookText(chain) : pick === 'another node' ? hookText(chain, OTHER_NODE) : pick,
          );
          const after = apply(rules, hookChanges(TEST_NODE, chain, listingOf(chain, rules)), chain);
          const at = after.indexOf(hookText(chain));
          expect(after.filter((rule) => rule === hookText(chain))).toHaveLength(1);
          for (const rule of after.slice(0, at))
            expect(rule.includes('MUSTER-') || (chain === 'FORWARD' && rule === '-j DOCKER-USER')).toBe(true);
          expect(hookChanges(TEST_NODE, chain, listingOf(chain, after))).toEqual([]);
          // Nobody else's rule is touched, nor its order.
          expect(after.filter((rule) => rule !== hookText(chain))).toEqual(rules.filter((rule) => rule !== hookText(chain)));
          const removed = apply(after, hookRemovals(TEST_NODE, chain, listingOf(chain, after)), chain);
          expect(removed).toEqual(rules.filter((rule) => rule !== hookText(chain)));
        },
      ),
    );
  });
});

describe('rules', () => {
  it('keep one allocation from another, whatever addresses their bridges have, by neither family', () => {
    for (const family of [4, 6] as const) {
      const rules = chainRules(TEST_NODE, family, []);
      const { forward } = fenceChains(TEST_NODE);
      const refused = rules.findIndex((rule) => rule.startsWith(`-A ${forward} -o ${bridgePrefix(TEST_NODE)}+ -j REJECT`));
      const before = rules.slice(0, refused).filter((rule) => rule.startsWith(`-A ${forward} `));
      expect(refused).toBeGreaterThan(0);
      expect(before).toEqual([expect.stringContaining('--ctdir REPLY')]);
    }
  });

  it.each([
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.17.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.255.1',
    '224.0.0.251',
    '240.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    'resolver.example',
    '1.1.1',
    '256.1.1.1',
  ])('refuse %s', (address) => {
    expect(isPublicIpv4(address)).toBe(false);
  });

  it.each(['1.1.1.1', '8.8.8.8', '9.9.9.9', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1', '169.253.0.1', '223.255.255.255'])(
    'let %s pass',
    (address) => {
      expect(isPublicIpv4(address)).toBe(true);
    },
  );

  it('refuse all that goes to the machine, and all of IPv6', () => {
    const { input, forward } = fenceChains(TEST_NODE);
    expect(chainRules(TEST_NODE, 4, DENIED_RANGES)).toContain(`-A ${input} -j REJECT --reject-with icmp-admin-prohibited`);
    expect(chainRules(TEST_NODE, 6, DENIED_RANGES).slice(-1)).toEqual([`-A ${forward} -j REJECT --reject-with icmp6-adm-prohibited`]);
    // Chain names end at 28 characters.
    expect(Math.max(input.length, forward.length)).toBeLessThanOrEqual(28);
  });
});
