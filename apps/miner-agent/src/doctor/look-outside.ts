import { createServer } from 'node:net';
import type { ChainClient } from '@muster/chain/clients';
import { getRegistration } from '@muster/chain/actions/get-registration';
import { getRun } from '@muster/chain/actions/get-run';
import { isLive } from '@muster/domain/registry/standing';
import { createSigner } from '@muster/protocol/crypto/signer';
import { causeChain } from '@muster/runtime/cause-chain';
import { loadKey, type KeySource, type PrivateKey } from '@muster/runtime/key-file';
import { SetupError } from '@muster/runtime/setup-error';
import { privateKeyToAddress } from 'viem/accounts';
import { readDiscoveryClock } from '../adapters/discovery/discovery-clock.ts';
import type { Config } from '../config.ts';
import { connectAgent } from '../operator/control-client.ts';
import { RELAY } from '../reach.ts';
import { access } from 'node:fs/promises';
import type { Check } from './check.ts';
import {
  checkBalance,
  checkDiscovery,
  checkKey,
  checkOtherAgent,
  checkPort,
  checkRpc,
  type PortReading,
  type RpcReading,
} from './outside-checks.ts';

/** What the agent will need beyond the machine itself: keys, chain, discovery, gas, its port. Changes nothing. */
export async function lookOutside(config: Config, client: ChainClient): Promise<Check[]> {
  const agent = await connectAgent(config.dataDir).catch(() => null);
  const report = agent ? await agent.report() : null;
  const [nodeKey, providerKey, rpc, discovery, port] = await Promise.all([
    readKey(config.nodeKey, true),
    config.providerKey ? readKey(config.providerKey, false) : null,
    readRpc(client),
    readDiscovery(config, client),
    report && config.endpoint !== RELAY ? Promise.resolve('ours' as const) : readPort(config),
  ]);
  const purse = 'problem' in rpc ? null : await readPurse({ config, client, nodeKey: nodeKey.key, providerKey: providerKey?.key ?? null });
  return [
    checkOtherAgent(report?.pid ?? null, config.dataDir),
    checkKey('node-key', nodeKey),
    ...(providerKey ? [checkKey('provider-key', providerKey)] : []),
    checkRpc(rpc, { chainId: config.network.chainId, name: config.network.name }),
    ...(purse ? [checkBalance(purse)] : []),
    checkDiscovery(discovery.answers, discovery.uri),
    checkPort(port, config.listen),
  ];
}

interface KeyReading {
  key: PrivateKey | null;
  reason: string;
  problem: { message: string; hint: string } | null;
}

async function readKey(source: KeySource, isMade: boolean): Promise<KeyReading> {
  const isThere =
    source.value !== undefined ||
    (source.file !== undefined &&
      (await access(source.file).then(
        () => true,
        () => false,
      )));
  if (!isThere && isMade) return { key: null, reason: `the ${source.name} will be made at ${source.file}`, problem: null };
  try {
    const { privateKey } = await loadKey(source);
    const where = source.value === undefined ? `at ${source.file} is ours alone` : 'comes from the environment';
    return { key: privateKey, reason: `the ${source.name} ${where}: ${createSigner(privateKey).address}`, problem: null };
  } catch (error) {
    const { message, hint } =
      error instanceof SetupError ? error : { message: `the ${source.name} cannot be read: ${causeChain(error)}`, hint: 'Check the file.' };
    return { key: null, reason: '', problem: { message, hint } };
  }
}

async function readRpc(client: ChainClient): Promise<RpcReading> {
  const startedAt = performance.now();
  try {
    return { chainId: await client.getChainId(), latencyMs: performance.now() - startedAt };
  } catch (error) {
    return { problem: causeChain(error) };
  }
}

async function readDiscovery(
  { runId, addresses, network }: Config,
  client: ChainClient,
): Promise<{ answers: boolean | null; uri: string | null }> {
  if (runId === null) return { answers: null, uri: null };
  const uri = await getRun({ client, registry: addresses.registry }, runId).then(
    ({ discoveryUri }) => discoveryUri,
    () => null,
  );
  if (uri === null) return { answers: null, uri };
  return {
    uri,
    answers: await readDiscoveryClock(uri, { allowPrivate: network.isDev }).then(
      () => true,
      () => false,
    ),
  };
}

interface PurseInput {
  config: Config;
  client: ChainClient;
  nodeKey: PrivateKey | null;
  providerKey: PrivateKey | null;
}

/** Null when the chain does not tell. */
async function readPurse({ config, client, nodeKey, providerKey }: PurseInput) {
  const { runId, addresses, network } = config;
  try {
    const address = providerKey ? privateKeyToAddress(providerKey) : null;
    const [gasPriceWei, balanceWei, registration] = await Promise.all([
      client.getGasPrice(),
      address ? client.getBalance({ address }) : 0n,
      runId !== null && nodeKey
        ? getRegistration({ client, registry: addresses.registry }, runId, privateKeyToAddress(nodeKey)).catch(() => null)
        : null,
    ]);
    return {
      payer: address ? { address, balanceWei } : null,
      gasPriceWei,
      symbol: network.chain.nativeCurrency.symbol,
      isRegistered: registration !== null && isLive(registration.standing),
    };
  } catch {
    return null;
  }
}

function readPort({ endpoint, listen }: Config): Promise<PortReading> {
  if (endpoint === RELAY) return Promise.resolve('none');
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE' ? 'taken' : 'refused'));
    server.listen(listen.port, listen.host, () => server.close(() => resolve('free')));
  });
}
