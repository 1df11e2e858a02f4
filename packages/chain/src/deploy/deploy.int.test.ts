import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDeployment } from '../actions/check-deployment.ts';
import { createRun } from '../actions/create-run.ts';
import { isValidator } from '../actions/is-validator.ts';
import { bookPageSchema } from '../address-book.ts';
import { createChainClient, type ChainClient } from '../clients.ts';
import { startAnvil, type Anvil } from '../dev/anvil.ts';
import { devAccount, devKey } from '../dev/dev-accounts.ts';
import { createTxSender } from '../sender/tx-sender.ts';
import { parseDeployArguments } from './deploy-options.ts';
import { ensureDevDeployment } from './ensure-dev-deployment.ts';
import { runDeploy } from './run-deploy.ts';

let anvil: Anvil;
let client: ChainClient;
let directory: TempDir;
let keyFile: string;

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 421614 });
  client = createChainClient({ chainId: 421614, rpcUrl: anvil.rpcUrl });
  client.pollingInterval = 50;
  directory = await createTempDir('muster-deploy');
  keyFile = `${directory.path}/deployer.key`;
  await writeFile(keyFile, devKey(7), { mode: 0o600 });
});

afterAll(async () => {
  await anvil.stop();
  await directory.remove();
});

async function deploy(...extra: string[]) {
  const lines: string[] = [];
  const args = ['--chain', '421614', '--rpc', anvil.rpcUrl, '--key-file', keyFile, '--book', `${directory.path}/book`, ...extra];
  await runDeploy(parseDeployArguments(args), (line) => lines.push(line));
  return lines.join('\n');
}

describe('the deploy command, against Anvil with the chain id of Arbitrum Sepolia', () => {
  it('estimates without sending', async () => {
    const said = await deploy('--dry-run');
    expect(said).toMatch(/Arbitrum Sepolia \(421614\)/);
    expect(said).toMatch(/ComputeRegistry \d{7} gas, up to [\d.]+ ETH; the account has 10000 ETH, enough\. Nothing was sent/);
    expect(await client.getTransactionCount({ address: devAccount(7).address })).toBe(0);
    expect(await readdir(directory.path)).toEqual(['deployer.key']);
  });

  it('deploys, writes the page of the book, and the contracts work', async () => {
    const validator = devAccount(3).address;
    const said = await deploy('--validator', validator, '--owner', devAccount(5).address);
    const page = bookPageSchema.parse(JSON.parse(await readFile(`${directory.path}/book/421614.json`, 'utf8')));
    if (page.registry === null) throw new Error('nothing was deployed');
    expect(said).toContain(page.registry);
    expect(page).toMatchObject({ chainId: 421614, deploymentBlock: Number(await client.getBlockNumber()) });
    await expect(checkDeployment({ client, registry: page.registry })).resolves.toBeUndefined();
    expect(await isValidator({ client, validatorSet: page.validatorSet }, '1', validator)).toBe(true);
    const sender = createTxSender({ client, account: devAccount(1) });
    const spec = {
      master: devAccount(4).address,
      validators: page.validatorSet,
      quorum: 1,
      discoveryUri: 'https://discovery.example.com',
      requirements: '',
    };
    expect((await createRun({ sender, registry: page.registry }, spec)).runId).toBe('1');
  });

  it('says what is wrong with its options, the key and the chain', async () => {
    expect(() => parseDeployArguments(['--chain', '421614', '--rpc', 'nonsense', '--key-file', keyFile])).toThrow('--rpc');
    expect(() => parseDeployArguments(['--chain', '5', '--rpc', anvil.rpcUrl, '--key-file', keyFile])).toThrow('WRONG_CHAIN');
    await expect(deploy('--key-file', `${directory.path}/none`)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(deploy('--chain', '42161')).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
    const poor = `${directory.path}/poor.key`;
    await writeFile(poor, generatePrivateKey(), { mode: 0o600 });
    await expect(deploy('--key-file', poor)).rejects.toMatchObject({ code: 'INSUFFICIENT_GAS_FUNDS' });
    expect(await deploy('--key-file', poor, '--dry-run')).toContain('NOT enough');
  });

  it('never deploys by itself to a chain that is no dev chain', async () => {
    await expect(ensureDevDeployment(client, { validators: [] })).rejects.toMatchObject({ code: 'WRONG_CHAIN' });
  });
});

describe('ensureDevDeployment', () => {
  it('lands on the committed addresses and deploys once', async () => {
    const dev = await startAnvil();
    try {
      const devClient = createChainClient({ chainId: 31337, rpcUrl: dev.rpcUrl });
      const { deployed, ...addresses } = await ensureDevDeployment(devClient, { validators: [devAccount(3).address] });
      const committed: unknown = JSON.parse(await readFile(new URL('../addresses/31337.json', import.meta.url), 'utf8'));
      expect({ chainId: 31337, ...addresses }).toEqual(committed);
      expect(deployed).toBe(true);
      expect(await ensureDevDeployment(devClient, { validators: [] })).toEqual({ deployed: false, ...addresses });
    } finally {
      await dev.stop();
    }
  });

  it('says so when the first dev account was used for something else', async () => {
    const dev = await startAnvil();
    try {
      const devClient = createChainClient({ chainId: 31337, rpcUrl: dev.rpcUrl });
      await createTxSender({ client: devClient, account: devAccount(0) }).send({ to: devAccount(1).address, data: '0x' });
      await expect(ensureDevDeployment(devClient, { validators: [] })).rejects.toMatchObject({ code: 'WRONG_REGISTRY' });
    } finally {
      await dev.stop();
    }
  });
});
