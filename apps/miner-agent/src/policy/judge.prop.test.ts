import type { Feature } from '@muster/protocol/offer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImageRule } from './image-rules.ts';
import { closedNow, drainNow, judge, judgeImage, type Wish } from './judge.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';

const ALICE = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const BOB = '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512';
const rule = (text: string) => {
  const parsed = parseImageRule(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};
const RULES = ['ghcr.io/org', 'busybox', 'busybox:1.37', 'docker.io', `sha256:${'ab'.repeat(32)}`].map(rule);
const IMAGES = ['ghcr.io/org/train', 'ghcr.io/organisation/x', 'busybox', 'busybox:1.37', `evil/x@sha256:${'ab'.repeat(32)}`, 'a b'];
const rules = fc.subarray(RULES);
const features = fc.record({ gpu: fc.boolean(), egress: fc.boolean(), root: fc.boolean(), ports: fc.boolean() });
const bounds = fc.record({ cpu: fc.nat(8), memoryBytes: fc.nat(1e9), diskBytes: fc.nat(1e9), gpus: fc.nat(3) }, { requiredKeys: [] });
const policies: fc.Arbitrary<Policy> = fc.record({
  images: fc.record({ allow: fc.option(rules), block: rules }),
  limits: fc.record({ each: bounds, all: bounds, maxAllocations: fc.nat(10) }),
  reserve: fc.constant({}),
  features,
  buyers: fc.record({ allow: fc.option(fc.subarray([ALICE, BOB] as const)), block: fc.subarray([ALICE, BOB] as const) }),
  hours: fc.constant(null),
  maintenance: fc.constant(null),
});
const wishes: fc.Arbitrary<Wish> = fc.record({
  buyer: fc.constantFrom(null, ALICE, BOB),
  image: fc.constantFrom(...IMAGES),
  demand: fc.record({
    cpu: fc.nat(8),
    memoryBytes: fc.nat(1e9),
    diskBytes: fc.nat(1e9),
    gpu: fc.option(fc.record({ count: fc.integer({ min: 1, max: 4 }) })),
  }),
  needs: fc.subarray<Feature>(['gpu', 'egress', 'root', 'ports']),
});

describe('judge', () => {
  it('lets nothing pass that breaks a rule, whatever the other rules say', () => {
    fc.assert(
      fc.property(policies, wishes, (policy, wish) => {
        if (!judge(policy, wish, 0).ok) return;
        const { each } = policy.limits;
        expect(wish.needs.filter((feature) => !policy.features[feature])).toEqual([]);
        if (wish.buyer !== null) {
          expect(policy.buyers.block).not.toContain(wish.buyer);
          if (policy.buyers.allow !== null) expect(policy.buyers.allow).toContain(wish.buyer);
        }
        expect(wish.demand.cpu).toBeLessThanOrEqual(each.cpu ?? Infinity);
        expect(wish.demand.memoryBytes).toBeLessThanOrEqual(each.memoryBytes ?? Infinity);
        expect(wish.demand.diskBytes).toBeLessThanOrEqual(each.diskBytes ?? Infinity);
        expect(wish.demand.gpu?.count ?? 0).toBeLessThanOrEqual(each.gpus ?? Infinity);
      }),
    );
  });

  it('refuses nothing but what breaks a rule, and says which', () => {
    fc.assert(
      fc.property(policies, wishes, (policy, wish) => {
        const judged = judge(policy, wish, 0);
        if (judged.ok) return;
        expect(judged.error.code).toBe('POLICY_REFUSED');
        expect(judged.error.message.length).toBeGreaterThan(20);
        const lenient = { ...DEFAULT_POLICY, features: { gpu: true, egress: true, root: true, ports: true } };
        expect(judge(lenient, wish, 0).ok).toBe(true);
      }),
    );
  });

  it('refuses more the more is forbidden', () => {
    fc.assert(
      fc.property(policies, wishes, rules, (policy, wish, more) => {
        const stricter = { ...policy, images: { ...policy.images, block: [...policy.images.block, ...more] } };
        if (!judge(policy, wish, 0).ok) expect(judge(stricter, wish, 0).ok).toBe(false);
      }),
    );
  });

  it.each([
    ['busybox:1.37', ['busybox'], [], true],
    ['busybox:1.37', ['ghcr.io/org'], [], false],
    ['ghcr.io/org/bad:1', ['ghcr.io/org'], ['ghcr.io/org/bad'], false],
    [`evil/x@sha256:${'ab'.repeat(32)}`, [`sha256:${'ab'.repeat(32)}`], [], true],
    ['evil/x', [`sha256:${'ab'.repeat(32)}`], [], false],
    [`busybox:1.37@sha256:${'ab'.repeat(32)}`, ['busybox:1.37'], [], false],
    [`busybox:1.37@sha256:${'ab'.repeat(32)}`, null, ['busybox:1.37'], false],
    ['anything/at:all', null, [], true],
    ['anything/at:all', [], [], false],
  ])('judges the image %s, allowed %j, blocked %j', (image, allow, block, passes) => {
    const images = { allow: allow && allow.map(rule), block: block.map(rule) };
    const wish: Wish = { buyer: ALICE, image, demand: { cpu: 1, memoryBytes: 1, diskBytes: 1, gpu: null }, needs: [] };
    expect(judge({ ...DEFAULT_POLICY, images }, wish, 0).ok).toBe(passes);
  });

  const good = `sha256:${'ab'.repeat(32)}`;
  const evil = `sha256:${'cd'.repeat(32)}`;
  it.each([
    ['evil/x:1', [evil], null, [good], true],
    ['evil/x:1', [good], null, [good], false],
    ['evil/x:1', [evil, good], null, [good], false],
    ['evil/x:1', [good], [good], [], true],
    ['evil/x:1', [evil], [good], [], false],
    ['busybox:1.37', [evil], ['busybox:1.37'], [], true],
    ['busybox', [evil], [`busybox@${evil}`], [], true],
    ['busybox', [good], [`busybox@${evil}`], [], false],
  ])('judges the content of %s by its digests %j, allowed %j, blocked %j', (image, digests, allow, block, passes) => {
    const images = { allow: allow && allow.map(rule), block: block.map(rule) };
    expect(judgeImage({ images }, { image, digests }).ok).toBe(passes);
  });
});

describe('hours and maintenance', () => {
  const at = (hour: number, minute = 0) => Date.UTC(2026, 10, 22, hour, minute);
  const window = (from: number, to: number) => ({ days: [0, 1, 2, 3, 4, 5, 6], from: from * 60, to: to * 60, text: `daily ${from}–${to}` });
  const maintenance = (drain: boolean) => ({ ...DEFAULT_POLICY, maintenance: { timeZone: 'UTC', windows: [window(3, 5)], drain } });
  const wish: Wish = { buyer: null, image: 'x', demand: { cpu: 1, memoryBytes: 1, diskBytes: 1, gpu: null }, needs: [] };

  it('take no new work, and say until when', () => {
    expect(judge(maintenance(false), wish, at(2, 59))).toEqual({ ok: true, value: undefined });
    expect(judge(maintenance(false), wish, at(3))).toEqual({
      ok: false,
      error: { code: 'NODE_NOT_READY', message: 'The node takes nothing new now: maintenance (daily 3–5, UTC)' },
    });
    const nightly = { ...DEFAULT_POLICY, hours: { timeZone: 'UTC', windows: [window(18, 6)], drain: false } };
    expect(closedNow(nightly, at(5, 59))).toBeNull();
    expect(closedNow(nightly, at(6))).toContain('outside its hours of service (daily 18–6, UTC)');
  });

  it('end what runs early enough for its grace, if the owner says so', () => {
    const graceMs = 600_000;
    expect(drainNow(maintenance(true), at(2, 49), graceMs)).toBeNull();
    expect(drainNow(maintenance(true), at(2, 50), graceMs)).toContain('maintenance');
    expect(drainNow(maintenance(true), at(4, 55), graceMs)).toContain('maintenance');
    expect(drainNow(maintenance(false), at(4), graceMs)).toBeNull();
  });
});
