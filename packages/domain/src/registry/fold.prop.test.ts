import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveStanding, REGISTRY_TIMEOUTS } from './derive-standing.ts';
import { registryEventSchema, type RegistryEvent } from './events.ts';
import { applyRegistryEvent, applyRegistryEvents } from './fold.ts';
import { EMPTY_REGISTRY, registrationKey } from './state.ts';
import { STANDINGS } from './standing.ts';

const address = (digit: number) => `0x${String(digit).repeat(40)}`;
const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}`;
const RUN = { runId: '1' };

/** An arbitrary history of one run that the registry could have written (order respected, not every rule). */
const step = fc.oneof(
  fc.record({ name: fc.constant('Registered'), node: fc.nat(2) }),
  fc.record({ name: fc.constant('VerdictSubmitted'), node: fc.nat(2), approve: fc.boolean(), newRound: fc.boolean() }),
  fc.record({ name: fc.constant('RoundSettled'), node: fc.nat(2), standing: fc.constantFrom('Approved', 'Rejected', 'Invalidated') }),
  fc.record({ name: fc.constant('Ended'), node: fc.nat(2), standing: fc.constantFrom('Left', 'Ejected'), banned: fc.boolean() }),
  fc.record({ name: fc.constant('Unbanned'), node: fc.nat(2) }),
  fc.record({
    name: fc.constantFrom('MasterChanged', 'DiscoveryUriChanged', 'GateChanged', 'RunOwnershipOffered', 'RunOwnerChanged', 'RunClosed'),
    to: fc.nat(9),
  }),
);

const history = fc.array(step, { maxLength: 40 }).map((steps) => {
  const seqs = [0, 0, 0];
  const rounds = [1, 1, 1];
  const events: RegistryEvent[] = [];
  const push = (name: string, args: object) => {
    const n = events.length + 1;
    const position = { blockNumber: n, blockHash: hash(n), blockTime: n * 1_000, logIndex: 0, txHash: hash(n + 1_000) };
    events.push(registryEventSchema.parse({ name, args: { ...RUN, ...args }, position }));
  };
  const spec = {
    master: address(1),
    validators: address(2),
    gate: address(0),
    quorum: 1,
    termsHash: hash(0),
    discoveryUri: 'http://a/discovery',
    requirements: '',
  };
  push('RunCreated', { owner: address(3), spec });
  for (const raw of steps) {
    const { name, ...rest } = raw;
    if ('to' in rest) {
      pushRunEvent(push, name, rest.to);
      continue;
    }
    const { node: index, ...args } = rest;
    const node = address(index + 5);
    if (name === 'Registered') {
      seqs[index]! += 1;
      rounds[index] = 1;
      push(name, { node, provider: address(4), seq: seqs[index], round: 1, capabilitiesHash: hash(index) });
    }
    if (seqs[index] === 0 || name === 'Registered') continue;
    if ('newRound' in args) {
      rounds[index]! += args.newRound ? 1 : 0;
      push(name, {
        node,
        validator: address(9),
        seq: seqs[index],
        round: rounds[index],
        approve: args.approve,
        evidenceHash: hash(7),
        approvals: args.approve ? 1 : 0,
        rejections: args.approve ? 0 : 1,
      });
    } else if (name === 'RoundSettled') push(name, { node, seq: seqs[index], round: rounds[index], ...args });
    else if (name === 'Ended') push(name, { node, actor: address(4), seq: seqs[index], reason: 'why', ...args });
    else push(name, { node });
  }
  return events;
});

function pushRunEvent(push: (name: string, args: object) => void, name: string, to: number): void {
  const who = address(to);
  const args: Record<string, object> = {
    MasterChanged: { master: who, masterEpoch: to + 2 },
    DiscoveryUriChanged: { discoveryUri: `http://${to}/discovery` },
    GateChanged: { gate: who },
    RunOwnershipOffered: { owner: address(3), pendingOwner: who },
    RunOwnerChanged: { previousOwner: address(3), owner: who },
    RunClosed: { owner: address(3) },
  };
  push(name, args[name]!);
}

describe('applyRegistryEvents', () => {
  it('gives the same state at once, one by one, and in any two parts', () => {
    fc.assert(
      fc.property(history, fc.nat(40), (events, at) => {
        const whole = applyRegistryEvents(EMPTY_REGISTRY, events);
        expect(events.reduce(applyRegistryEvent, EMPTY_REGISTRY)).toEqual(whole);
        const prefix = applyRegistryEvents(EMPTY_REGISTRY, events.slice(0, at));
        expect(applyRegistryEvents(prefix, events.slice(at))).toEqual(whole);
      }),
    );
  });

  it('rolls back to the fold of the prefix: nothing of a removed event remains in it', () => {
    fc.assert(
      fc.property(history, fc.nat(40), (events, at) => {
        const prefix = applyRegistryEvents(EMPTY_REGISTRY, events.slice(0, at));
        const copy = structuredClone(prefix);
        applyRegistryEvents(prefix, events.slice(at));
        expect(prefix).toEqual(copy);
      }),
    );
  });

  it('keeps one registration per node, of the newest seq, and every verdict', () => {
    fc.assert(
      fc.property(history, (events) => {
        const state = applyRegistryEvents(EMPTY_REGISTRY, events);
        for (const event of events) {
          if (event.name !== 'Registered') continue;
          expect(state.registrations.get(registrationKey(event.args))!.seq).toBeGreaterThanOrEqual(event.args.seq);
        }
        const named = events.flatMap((event) =>
          event.name === 'VerdictSubmitted' ? [`${event.args.node}/${event.args.seq}/${event.args.round}`] : [],
        );
        expect(state.verdicts.size).toBe(new Set(named).size);
      }),
    );
  });

  it('refuses an event whose run or node never appeared', () => {
    fc.assert(
      fc.property(history, (events) => {
        fc.pre(events.length > 1);
        expect(() => applyRegistryEvents(EMPTY_REGISTRY, events.slice(1))).toThrow(RangeError);
      }),
    );
  });
});

describe('deriveStanding', () => {
  const registration = fc.record({ standing: fc.constantFrom(...STANDINGS), registeredAt: fc.nat(1_000) });
  const timeouts = { pendingTimeoutMs: 500 };

  it('never changes an end once it has come', () => {
    fc.assert(
      fc.property(registration, fc.option(fc.nat(3_000)), fc.nat(3_000), fc.nat(3_000), (given, closesAt, nowMs, laterMs) => {
        const at = (ms: number) => deriveStanding(given, { closedAt: closesAt !== null && closesAt <= ms ? closesAt : null }, ms, timeouts);
        const first = at(nowMs);
        if (first !== 'Pending' && first !== 'Approved') expect(at(nowMs + laterMs)).toBe(first);
      }),
    );
  });

  it('lapses at the very time-out, as the contract does, and only when pending', () => {
    const lapsesAt = 1_000 + REGISTRY_TIMEOUTS.pendingTimeoutMs;
    const at = (standing: 'Pending' | 'Approved', nowMs: number) =>
      deriveStanding({ standing, registeredAt: 1_000 }, { closedAt: null }, nowMs);
    expect([at('Pending', lapsesAt - 1), at('Pending', lapsesAt), at('Approved', lapsesAt)]).toEqual(['Pending', 'Lapsed', 'Approved']);
  });
});
