import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRun } from '../actions/create-run.ts';
import { createChainClient, type ChainClient } from '../clients.ts';
import { ensureDevDeployment } from '../deploy/ensure-dev-deployment.ts';
import { createTxSender } from '../sender/tx-sender.ts';
import { startAnvil, type Anvil, type AnvilOptions } from './anvil.ts';
import { anvilBinary } from './anvil-binary.ts';
import { devAccount } from './dev-accounts.ts';

let directory: TempDir;
let statePath: string;
const running: Anvil[] = [];

beforeEach(async () => {
  directory = await createTempDir('muster-anvil');
  statePath = `${directory.path}/chain/state.json`;
});

afterEach(async () => {
  for (const anvil of running.splice(0)) await anvil.stop();
  await directory.remove();
});

async function start(options: AnvilOptions = {}) {
  const anvil = await startAnvil(options);
  running.push(anvil);
  const client = createChainClient({ chainId: anvil.chainId, rpcUrl: anvil.rpcUrl });
  client.pollingInterval = 50;
  return { anvil, client };
}

async function makeHistory(client: ChainClient) {
  const { registry, validatorSet } = await ensureDevDeployment(client, { validators: [] });
  const sender = createTxSender({ client, account: devAccount(1) });
  const spec = { master: devAccount(4).address, validators: validatorSet, quorum: 1, discoveryUri: 'http://x', requirements: '' };
  for (let i = 0; i < 3; i++) await createRun({ sender, registry }, spec);
}

/** Everything that the follower and the sender rely on. */
async function historyOf(client: ChainClient) {
  const head = await client.getBlockNumber();
  const numbers = Array.from({ length: Number(head) + 1 }, (_, i) => BigInt(i));
  const blocks = await Promise.all(numbers.map((blockNumber) => client.getBlock({ blockNumber })));
  const logs = await client.getLogs({ fromBlock: 0n, toBlock: head });
  const receipts = await Promise.all(
    blocks.flatMap(({ transactions }) => transactions).map((hash) => client.getTransactionReceipt({ hash })),
  );
  return {
    blocks: blocks.map(({ number, hash, parentHash, timestamp, logsBloom }) => ({ number, hash, parentHash, timestamp, logsBloom })),
    logs: logs.map(({ blockHash, logIndex, transactionHash, data }) => ({ blockHash, logIndex, transactionHash, data })),
    receipts: receipts.map(({ transactionHash, status, blockHash }) => ({ transactionHash, status, blockHash })),
    nonce: await client.getTransactionCount({ address: devAccount(1).address }),
  };
}

/** A process that ended and that nobody has waited for still answers to signals: its command line is empty then. */
const isAlive = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, 50));
}

/** Anvil saves every other second; the file is the proof that it has. */
async function isSaved(head: bigint): Promise<boolean> {
  const text = await readFile(statePath, 'utf8').catch(() => '');
  return text.endsWith('}') && new RegExp(`"number":"?0x0*${head.toString(16)}"`).test(text);
}

/** Kills Anvil once it has saved so much. It is halted for the look, so that no save is under way. */
const killWhenSaved = (pid: number, head: bigint) =>
  until(async () => {
    process.kill(pid, 'SIGSTOP');
    const saved = await isSaved(head);
    process.kill(pid, saved ? 'SIGKILL' : 'SIGCONT');
    return saved;
  });

/** Starts Anvil in a process of its own, kills that one when it is time and returns Anvil's id. */
async function startInKilledParent(statePathLiteral: string, isTime: () => Promise<boolean> | boolean = () => true): Promise<number> {
  const program = `
    import { startAnvil } from ${JSON.stringify(new URL('./anvil.ts', import.meta.url).href)};
    const statePath = ${statePathLiteral};
    const anvil = await startAnvil(statePath ? { statePath } : {});
    console.log(anvil.pid);`;
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const parent = spawn(process.execPath, ['--import', `file://${tsx}`, '--input-type=module', '--eval', program], { cwd });
  const pid = await new Promise<number>((done) => parent.stdout.once('data', (chunk: Buffer) => done(Number(chunk.toString()))));
  await until(isTime);
  parent.kill('SIGKILL');
  await new Promise((done) => parent.once('exit', done));
  return pid;
}

describe('startAnvil', () => {
  it('keeps blocks, logs, receipts and nonces over a restart', async () => {
    const first = await start({ statePath });
    await makeHistory(first.client);
    const before = await historyOf(first.client);
    expect(before.logs.length).toBeGreaterThanOrEqual(3);
    await first.anvil.stop();
    const second = await start({ statePath });
    expect(second.anvil.state).toBe('intact');
    expect(await historyOf(second.client)).toEqual(before);
    expect(await ensureDevDeployment(second.client, { validators: [] })).toMatchObject({ deployed: false });
  });

  it('keeps what it saved over a kill -9, and its blocks go on from there', async () => {
    const first = await start({ statePath });
    await makeHistory(first.client);
    const before = await historyOf(first.client);
    await killWhenSaved(first.anvil.pid, await first.client.getBlockNumber());
    await first.anvil.exited;
    const second = await start({ statePath });
    expect(await historyOf(second.client)).toEqual(before);
    await makeHistoryGoOn(second.client);
    const next = await second.client.getBlock();
    expect(next.parentHash).toBe(before.blocks.at(-1)?.hash);
  });

  it('recovers from a half-written state by its copy, and says when there is none', async () => {
    const first = await start({ statePath });
    await makeHistory(first.client);
    const before = await historyOf(first.client);
    await first.anvil.stop();
    await truncate(statePath, 1000);
    const second = await start({ statePath });
    expect(second.anvil.state).toBe('recovered');
    expect(await historyOf(second.client)).toEqual(before);
    await second.anvil.stop();
    for (const path of [statePath, `${statePath}.bak`]) await writeFile(path, '{"half":');
    await expect(startAnvil({ statePath })).rejects.toThrow('npm run reset');
  });

  it('ends with its parent, also a killed one, and has saved its state before another starts', async () => {
    // From its first save on it hears a signal: it listens for it beside the clock of its saves.
    const pid = await startInKilledParent(JSON.stringify(statePath), () => isSaved(0n));
    const { anvil } = await start({ statePath });
    expect(isAlive(pid)).toBe(false);
    expect(anvil.state).toBe('intact');
  });

  it('ends with a killed parent although nothing starts after it', async () => {
    const pid = await startInKilledParent('undefined');
    await until(() => !isAlive(pid));
    expect(isAlive(pid)).toBe(false);
  });

  it('takes the chain id and the port that it is given, and says when the port is taken', async () => {
    const { anvil, client } = await start({ chainId: 421614 });
    expect(await client.getChainId()).toBe(421614);
    await expect(startAnvil({ port: anvil.port })).rejects.toThrow('The port is in use');
  });

  it('leaves no process behind', async () => {
    const { anvil } = await start();
    await Promise.all([anvil.stop(), anvil.stop()]);
    expect(isAlive(anvil.pid)).toBe(false);
  });
});

describe('anvilBinary', () => {
  it('names the package that a platform would need', () => {
    expect(() => anvilBinary('sunos', 'sparc')).toThrow('@foundry-rs/anvil-sunos-sparc');
  });
});

async function makeHistoryGoOn(client: ChainClient): Promise<void> {
  const { registry, validatorSet } = await ensureDevDeployment(client, { validators: [] });
  const sender = createTxSender({ client, account: devAccount(1) });
  await createRun(
    { sender, registry },
    { master: devAccount(4).address, validators: validatorSet, quorum: 1, discoveryUri: 'http://x', requirements: '' },
  );
}
