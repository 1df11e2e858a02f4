import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { closeRun } from '@muster/chain/actions/close-run';
import { register } from '@muster/chain/actions/register';
import { devAccount, devKey } from '@muster/chain/dev/dev-accounts';
import { CAPABILITIES_HASH, ROLES, signConsent, startDevChain, type DevChain } from '@muster/chain/testing/dev-chain';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { createTempDir } from '@muster/runtime/temp-dir';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';
import { ManagedProcess } from '../src/managed-process.ts';
import { type Daemon, endOf } from './end-of.ts';

// Every daemon as an operator starts it, with one thing wrong: it ends by itself and says what is wrong, in words.

const SOMEBODYS_NODE = 6;
const directory = await createTempDir('muster-wrong-');
const taken: Server = createServer();
let chain: DevChain;
let closedRun: string;
let port: number;

beforeAll(async () => {
  chain = await startDevChain();
  const open = await chain.createRun();
  closedRun = await chain.createRun();
  await closeRun({ sender: chain.sender('buyer'), registry: chain.addresses.registry }, { runId: closedRun });
  await registerSomebodysNode(open);
  await writeFile(join(directory.path, 'open.key'), devKey(3));
  await chmod(join(directory.path, 'open.key'), 0o644);
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  taken.close();
  await chain.stop();
  await directory.remove();
});

async function registerSomebodysNode(runId: string): Promise<void> {
  const node = devAccount(SOMEBODYS_NODE);
  const { registry } = chain.addresses;
  const sender = chain.sender('provider');
  const { timestamp } = await chain.client.getBlock();
  const input = { runId, node: node.address, provider: sender.address, seq: 1, deadline: timestamp + 3_600n };
  const consent = await signConsent(node, { ...input, chainId: chain.anvil.chainId, registry });
  await register({ sender, registry }, { ...input, capabilitiesHash: CAPABILITIES_HASH, consent });
}

/** Settings with which the daemon would serve. */
function soundSettings(daemon: Daemon): Record<string, string> {
  const { registry, validatorSet, deploymentBlock } = chain.addresses;
  return {
    HOME: directory.path,
    PORT: '0',
    MUSTER_LOG_FORMAT: 'json',
    MUSTER_RPC_URL: chain.anvil.rpcUrl,
    MUSTER_REGISTRY: registry,
    MUSTER_VALIDATOR_SET: validatorSet,
    MUSTER_DEPLOYMENT_BLOCK: String(deploymentBlock),
    MUSTER_DATA_DIR: join(directory.path, daemon),
    MUSTER_VALIDATOR_KEY: devKey(ROLES.validator),
    MUSTER_RUN_ID: '1',
    MUSTER_LISTEN_HOST: '127.0.0.1',
    MUSTER_LISTEN_PORT: '0',
    MUSTER_PROVIDER_KEY: devKey(ROLES.stranger),
    DOCKER_HOST: process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock',
  };
}

type Case = [Daemon, string, ErrorCode, () => Record<string, string>, RegExp];

const onArbitrum = () => ({ MUSTER_CHAIN_ID: '421614' });
const notTheRegistry = () => ({ MUSTER_REGISTRY: chain.addresses.validatorSet });
const aFile = () => ({ MUSTER_DATA_DIR: join(directory.path, 'open.key') });
const cases: Case[] = [
  ['web', 'another chain', 'WRONG_CHAIN', onArbitrum, /on chain 31337, not on 421614/],
  ['validator', 'another chain', 'WRONG_CHAIN', onArbitrum, /on chain 31337, not on 421614/],
  ['miner-agent', 'another chain', 'WRONG_CHAIN', onArbitrum, /on chain 31337, not on 421614/],
  ['web', 'another contract', 'WRONG_REGISTRY', notTheRegistry, /another contract at 0x/],
  ['validator', 'another contract', 'WRONG_REGISTRY', notTheRegistry, /another contract at 0x/],
  ['miner-agent', 'another contract', 'WRONG_REGISTRY', notTheRegistry, /another contract at 0x/],
  ['web', 'a data directory that is a file', 'DATA_DIR_UNUSABLE', aFile, /is a file/],
  ['validator', 'a data directory that is a file', 'DATA_DIR_UNUSABLE', aFile, /is a file/],
  ['miner-agent', 'a data directory that is a file', 'DATA_DIR_UNUSABLE', aFile, /is a file/],
  ['web', 'a port in use', 'PORT_IN_USE', () => ({ PORT: String(port) }), /Port \d+ .*in use/],
  ['miner-agent', 'a port in use', 'PORT_IN_USE', () => ({ MUSTER_LISTEN_PORT: String(port) }), /Port \d+ .*in use/],
  ['web', 'an address that is not its own', 'CONFIG_INVALID', () => ({ HOST: '203.0.113.9' }), /HOST is 203\.0\.113\.9/],
  [
    'web',
    'no database',
    'DATABASE_UNAVAILABLE',
    () => ({ DATABASE_URL: 'postgresql://a:b@127.0.0.1:1/c' }),
    /database does not answer: connect ECONNREFUSED/,
  ],
  [
    'validator',
    'a key that others can read',
    'KEY_FILE_INSECURE',
    () => ({ MUSTER_VALIDATOR_KEY: '', MUSTER_VALIDATOR_KEY_FILE: join(directory.path, 'open.key') }),
    /chmod 600/,
  ],
  ['miner-agent', 'no engine', 'DOCKER_UNAVAILABLE', () => ({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }), /unix:\/\/\/nowhere/],
  ['miner-agent', 'an unknown run', 'RUN_UNKNOWN', () => ({ MUSTER_RUN_ID: '77' }), /Run 77 does not exist/],
  ['miner-agent', 'a closed run', 'RUN_CLOSED', () => ({ MUSTER_RUN_ID: closedRun }), /Run \d+ was closed at/],
  [
    'miner-agent',
    'a provider without gas',
    'INSUFFICIENT_GAS_FUNDS',
    () => ({ MUSTER_PROVIDER_KEY: generatePrivateKey() }),
    /Send at least [\d.]+ ETH to 0x/,
  ],
  [
    'miner-agent',
    "somebody else's node key",
    'NODE_OWNED_BY_ANOTHER_PROVIDER',
    () => ({ MUSTER_NODE_KEY: devKey(SOMEBODYS_NODE) }),
    new RegExp(`belongs to ${devAccount(ROLES.provider).address}`),
  ],
];

describe('web that is told to stop while it starts', () => {
  it('ends, with its database', async () => {
    const web = new ManagedProcess({
      name: 'web',
      command: process.execPath,
      args: [join(root, 'apps/web/dist/main.js')],
      cwd: join(root, 'apps/web'),
      env: { ...soundSettings('web'), MUSTER_DATA_DIR: join(directory.path, 'stopped') },
      logFile: join(directory.path, 'stopped.log'),
    });
    const { serverPid } = await web.waitForEvent('database.started', { timeoutMs: 240_000 });
    await web.stop();
    // Not killed after the grace period.
    expect(web.exitCode).toBe(0);
    expect(web.events.map(({ event }) => event)).toContain('stopped');
    expect(() => process.kill(Number(serverPid), 0)).toThrow('ESRCH');
  });
});

describe('a daemon with a wrong setting', () => {
  it.each(cases)('%s, %s: ends with %s in words', async (daemon, _what, code, change, words) => {
    const { code: exitCode, output } = await endOf(daemon, { ...soundSettings(daemon), ...change() });
    expect(output).toContain(code);
    expect(output).toMatch(words);
    expect(output).toMatch(new RegExp(`docs/errors/${code}\\.md`));
    // A stack trace, as text or inside a line of JSON.
    expect(output).not.toMatch(/^\s+at |\\n\s+at /m);
    expect(exitCode).toBeGreaterThan(0);
  });
});
