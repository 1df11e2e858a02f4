import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES } from '@muster/chain/testing/dev-chain';
import { startRpcProxy } from '@muster/chain/testing/rpc-proxy';
import { createSealKey } from '@muster/protocol/crypto/sealed-box';
import { hashJson } from '@muster/protocol/canonical-json';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestNetwork } from './testing/test-network.ts';
import { bundleValidator, startValidatorProcess } from './testing/validator-process.ts';

const cleanups: (() => Promise<unknown>)[] = [];
let network: Awaited<ReturnType<typeof startTestNetwork>>;
let build: Awaited<ReturnType<typeof createTempDir>>;
let program: string;

beforeAll(async () => {
  build = await createTempDir('validator-build');
  program = await bundleValidator(build.path);
  network = await startTestNetwork();
});

afterAll(async () => {
  await network.stop();
  await build.remove();
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function setup() {
  const directory = await createTempDir('validator-test');
  cleanups.push(() => directory.remove());
  const env = { MUSTER_DATA_DIR: directory.path, MUSTER_VALIDATOR_KEY: devKey(ROLES.validator) };
  const start = ({ killAt, rpcUrl = network.chain.anvil.rpcUrl }: { killAt?: string; rpcUrl?: string } = {}) => {
    const validator = startValidatorProcess({ program, env: { ...env, MUSTER_RPC_URL: rpcUrl }, killAt });
    cleanups.push(() => validator.kill());
    return validator;
  };
  return { ...network, start };
}

/** What the chain and discovery hold of a node whose round is through. */
async function expectOneVerdict(node: `0x${string}`) {
  const { verdictsOn, published } = network;
  const verdicts = await verdictsOn(node);
  expect(verdicts).toHaveLength(1);
  const documents = published.filter((evidence) => evidence.node === node).map(({ document }) => document);
  expect(new Set(documents.map(hashJson))).toEqual(new Set([verdicts[0]!.evidenceHash]));
  return { verdict: verdicts[0]!, document: documents[0]! };
}

describe('the validator, as a process on a real chain', () => {
  it('approves an honest node, and stops on SIGTERM', async () => {
    const { start, registerNode } = await setup();
    const validator = start();
    const node = await registerNode();
    await validator.waitFor('evidence.published', node);
    const { verdict } = await expectOneVerdict(node);
    expect(verdict.approve).toBe(true);
    expect(validator.events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['ready', 'registration.seen', 'endpoint.found', 'challenge.sent', 'challenge.answered', 'verdict.reported']),
    );
    expect(await validator.stop()).toBe(0);
  });

  it('approves an honest node that can be reached by relay alone', async () => {
    const { start, registerNode } = await setup();
    const node = await registerNode(undefined, await createSealKey());
    await start().waitFor('evidence.published', node);
    expect((await expectOneVerdict(node)).verdict.approve).toBe(true);
  });

  it('rejects a node whose container does not run', async () => {
    const { start, registerNode } = await setup();
    const node = await registerNode((kind, result) => (kind === 'container' ? { ...result, stdout: '' } : result));
    await start().waitFor('evidence.published', node);
    const { verdict, document } = await expectOneVerdict(node);
    expect(verdict.approve).toBe(false);
    expect(document['reason']).toMatch(/^container: /);
  });

  it('keeps a second process off its journals', async () => {
    const { start } = await setup();
    await start().waitFor('ready');
    const second = start();
    expect(await second.exitCode).toBe(1);
    expect(second.events.at(0)).toMatchObject({ event: 'failed', code: 'DATA_DIR_UNUSABLE' });
  });

  it.each(['registration.seen', 'challenge.sent', 'challenge.answered', 'verdict.decided', 'verdict.reported', 'evidence.published'])(
    'gives exactly one verdict although it is killed at %s',
    async (killAt) => {
      const { start, registerNode } = await setup();
      const first = start({ killAt });
      const node = await registerNode();
      await expect(first.waitFor('never', node)).rejects.toThrow('ended before');
      expect(first.events.at(-1)?.event).toBe(killAt);
      const second = start();
      // A round that was through already leaves the second process nothing to say: another node's tells that it has looked.
      const other = await registerNode();
      await second.waitFor('evidence.published', other);
      if (killAt !== 'evidence.published') await second.waitFor('evidence.published', node);
      await expectOneVerdict(node);
    },
  );

  it('gives exactly one verdict although it is killed while its transaction waits for a block', async () => {
    const { start, registerNode } = await setup();
    const node = await registerNode();
    const { client, cheat } = network.chain;
    const sent = await client.getTransactionCount({ address: network.chain.account('validator').address });
    await cheat('evm_setAutomine', [false]);
    const first = start();
    await first.waitFor('verdict.decided', node);
    const waiting = () => client.getTransactionCount({ address: network.chain.account('validator').address, blockTag: 'pending' });
    await expect.poll(waiting).toBe(sent + 1);
    await first.kill();
    const second = start();
    await second.waitFor('ready');
    await cheat('evm_mine');
    await cheat('evm_setAutomine', [true]);
    await second.waitFor('evidence.published', node);
    await expectOneVerdict(node);
  });

  it('waits while the RPC is away, and then reports what it had decided', async () => {
    const { start, registerNode } = await setup();
    const proxy = await startRpcProxy(network.chain.anvil.rpcUrl);
    cleanups.push(() => proxy.stop());
    const validator = start({ rpcUrl: proxy.url });
    await validator.waitFor('ready');
    const node = await registerNode((kind, result) => {
      // With the last answer everything is decided, and nothing is on chain yet.
      if (kind === 'container') proxy.refuse();
      return result;
    });
    await validator.waitFor('round.delayed', node);
    expect(validator.events.some(({ event }) => event === 'verdict.decided')).toBe(true);
    expect(await network.verdictsOn(node)).toEqual([]);
    proxy.behave();
    await validator.waitFor('evidence.published', node);
    await expectOneVerdict(node);
  });
});
