import { hashJson } from '@muster/protocol/canonical-json';
import { createSigner } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { describe, expect, it } from 'vitest';
import { createTestWorld, type TestWorldOptions } from '../testing/test-world.ts';
import { createRounds } from './run-rounds.ts';

const HOUR = 60 * 60_000;

function setup(options: TestWorldOptions = {}) {
  const world = createTestWorld(options);
  const rounds = createRounds(world.deps, { concurrency: 4 });
  const turn = async () => {
    await rounds.turn();
    await rounds.idle();
  };
  return { ...world, turn };
}

describe('createRounds', () => {
  it('approves an honest node once, with evidence whose hash is on chain', async () => {
    const { turn, calls, published, asked, validator } = setup();
    await turn();
    await turn();
    expect(asked).toEqual(['identity', 'matrix', 'container']);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ approve: true, seq: 1, round: 1 });
    expect(published.map(hashJson)).toEqual([calls[0]!.evidenceHash]);
    expect(published[0]).toMatchObject({ validator: validator.address, approve: true, reason: null });
    expect(JSON.stringify(published)).not.toContain('7700');
  });

  it.each<[string, NonNullable<TestWorldOptions['cheat']>, RegExp]>([
    [
      'another machine',
      (kind, result) => (kind === 'identity' ? { ...result, capabilitiesHash: `0x${'ab'.repeat(32)}` } : result),
      /^identity: .*capabilities/,
    ],
    [
      'a wrong matrix product',
      (kind, result) => (kind === 'matrix' ? { product: Buffer.alloc(64 * 64 * 4).toString('base64') } : result),
      /^matrix: the matrix product is wrong/,
    ],
    [
      'a product of another size',
      (kind, result) => (kind === 'matrix' ? { product: 'AAAA' } : result),
      /^matrix: the product does not have 64×64/,
    ],
    [
      'a container that did not run',
      (kind, result) => (kind === 'container' ? { ...result, stdout: 'hello' } : result),
      /^container: the container did not print/,
    ],
    [
      'a container that failed',
      (kind, result) => (kind === 'container' ? { ...result, exitCode: 1 } : result),
      /^container: the container exited with 1/,
    ],
    ['a malformed result', (kind, result) => (kind === 'identity' ? 'yes' : result), /^identity: the result is malformed/],
  ])('rejects %s, and says why in the evidence', async (_title, cheat, reason) => {
    const { turn, calls, published } = setup({ cheat });
    await turn();
    expect(calls).toHaveLength(1);
    expect(calls[0]!.approve).toBe(false);
    expect(published[0]!['reason']).toMatch(reason);
  });

  it('judges nothing that another key has signed', async () => {
    const { turn, calls } = setup({ signWith: createSigner(`0x${'7'.repeat(64)}`) });
    await turn();
    expect(calls).toEqual([]);
  });

  it('judges no answer to another challenge', async () => {
    const { turn, calls, deps } = setup();
    const ask = deps.node.challenge;
    let first: unknown;
    deps.node.challenge = async (endpoint, envelope, timeoutMs) => (first ??= await ask(endpoint, envelope, timeoutMs));
    await turn();
    expect(calls).toEqual([]);
  });

  it('asks a silent node again with growing pauses, and gives no verdict at the deadline', async () => {
    const { turn, calls, clock, deps, node } = setup();
    const times: number[] = [];
    deps.node.challenge = async () => {
      times.push(clock.now());
      throw new AppError('ENDPOINT_UNREACHABLE');
    };
    const started = clock.now();
    while (clock.now() < started + 6 * HOUR) {
      await turn();
      clock.advance(10_000);
    }
    await turn();
    const pauses = times.slice(1, 6).map((time, i) => time - times[i]!);
    expect(times.length).toBeGreaterThan(50);
    expect(pauses[4]!).toBeGreaterThan(pauses[0]!);
    expect(calls).toEqual([]);
    expect(await deps.journal.read({ runId: '1', node, seq: 1, round: 1 })).toMatchObject({
      state: 'withheld',
      reason: expect.stringContaining('ENDPOINT_UNREACHABLE'),
    });
  });

  it('approves in the same round a node that is back before the deadline', async () => {
    const { turn, calls, clock, deps } = setup();
    const ask = deps.node.challenge;
    deps.node.challenge = async () => Promise.reject(new AppError('ENDPOINT_UNREACHABLE'));
    await turn();
    deps.node.challenge = ask;
    clock.advance(10_000);
    await turn();
    expect(calls).toMatchObject([{ approve: true, round: 1 }]);
  });

  it('keeps trying while an RPC that lags knows nothing of the registration', async () => {
    const { turn, calls, clock, deps } = setup();
    const takes = deps.registry.takesVerdict;
    deps.registry.takesVerdict = async () => false;
    await turn();
    expect(calls).toEqual([]);
    deps.registry.takesVerdict = takes;
    clock.advance(10_000);
    await turn();
    expect(calls).toHaveLength(1);
  });

  it('leaves runs alone of which it is no validator', async () => {
    const { turn, calls, asked, deps } = setup();
    deps.registry.isValidator = async () => false;
    await turn();
    expect([asked, calls]).toEqual([[], []]);
  });

  it('validates an approved node again a day later', async () => {
    const { turn, calls, clock } = setup();
    await turn();
    clock.advance(23 * HOUR);
    await turn();
    expect(calls).toHaveLength(1);
    clock.advance(HOUR);
    await turn();
    expect(calls.map(({ round }) => round)).toEqual([1, 2]);
  });

  it('publishes again until discovery takes the evidence', async () => {
    const { turn, calls, clock, deps, published } = setup();
    const publish = deps.discovery.publishEvidence;
    deps.discovery.publishEvidence = async () => Promise.reject(new AppError('EVIDENCE_MISMATCH'));
    await turn();
    deps.discovery.publishEvidence = publish;
    clock.advance(10_000);
    await turn();
    expect(calls).toHaveLength(1);
    expect(published).toHaveLength(1);
  });
});
