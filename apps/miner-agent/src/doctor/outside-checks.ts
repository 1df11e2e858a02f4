import { formatEther } from 'viem';
import { failed, passed, warned, type Check } from './check.ts';

/** What registering takes at most (contracts/README.md has the measured gas), with room for a rising price. */
const REGISTER_GAS = 300_000n;

export type RpcReading = { chainId: number; latencyMs: number } | { problem: string };

export function checkRpc(reading: RpcReading, expected: { chainId: number; name: string }): Check {
  if ('problem' in reading)
    return warned('rpc', `the chain's RPC does not answer: ${reading.problem}`, 'Check MUSTER_RPC_URL; the agent waits until it answers.');
  if (reading.chainId !== expected.chainId)
    return failed(
      'rpc',
      `the RPC is on chain ${reading.chainId}, not on ${expected.chainId} (${expected.name})`,
      'Correct MUSTER_RPC_URL or MUSTER_CHAIN_ID.',
    );
  return passed('rpc', `the RPC of ${expected.name} answers in ${Math.round(reading.latencyMs)} ms`);
}

/** `answers` null: no run is named, or the chain does not tell its discovery. */
export function checkDiscovery(answers: boolean | null, uri: string | null): Check {
  if (answers === null) return warned('discovery', "the run's discovery is not known", 'Set MUSTER_RUN_ID, and see that the RPC answers.');
  return answers
    ? passed('discovery', `discovery at ${uri} answers`)
    : warned(
        'discovery',
        `discovery at ${uri} does not answer`,
        'See that this machine may connect out; else its operator must act. The agent goes on trying.',
      );
}

export interface Purse {
  /** Whose key pays; null: the provider pays from a wallet elsewhere. */
  payer: { address: string; balanceWei: bigint } | null;
  gasPriceWei: bigint;
  symbol: string;
  isRegistered: boolean;
}

export function checkBalance({ payer, gasPriceWei, symbol, isRegistered }: Purse): Check {
  if (!payer) return passed('balance', "the provider's wallet pays; nothing is needed here");
  const needed = REGISTER_GAS * gasPriceWei;
  const has = `${payer.address} has ${formatEther(payer.balanceWei)} ${symbol}`;
  if (payer.balanceWei >= needed) return passed('balance', `${has}, enough for gas`);
  const reason = `${has}; registering may take ${formatEther(needed)}`;
  const fix = `Send at least ${formatEther(needed - payer.balanceWei)} ${symbol} to it.`;
  return isRegistered ? warned('balance', `${has}, too little to register again or to leave`, fix) : failed('balance', reason, fix);
}

export type PortReading = 'free' | 'ours' | 'taken' | 'refused' | 'none';

export function checkPort(reading: PortReading, { host, port }: { host: string; port: number }): Check {
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  if (reading === 'none') return passed('port', 'discovery relays; no port is opened');
  if (reading === 'ours') return passed('port', `the running agent listens on ${where}`);
  if (reading === 'free') return passed('port', `${where} is free`);
  if (reading === 'taken')
    return failed('port', `another program listens on ${where}`, 'Stop it, or set MUSTER_LISTEN_PORT (and MUSTER_ENDPOINT).');
  return failed(
    'port',
    `${where} cannot be opened`,
    'Ports below 1024 need root, and MUSTER_LISTEN_HOST must be an address of this machine.',
  );
}

export const checkOtherAgent = (pid: number | null, dataDir: string): Check =>
  passed('agent', pid === null ? `no agent runs on ${dataDir}` : `the agent runs on ${dataDir} (process ${pid})`);

/** `problem` null: it can be used, or (the node's) will be made. */
export const checkKey = (
  id: 'node-key' | 'provider-key',
  { reason, problem }: { reason: string; problem: { message: string; hint: string } | null },
): Check => (problem ? failed(id, problem.message, problem.hint) : passed(id, reason));

const OLDEST_KERNEL = [4, 15] as const;

export function checkKernel(kernel: string): Check {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  const isOld = major < OLDEST_KERNEL[0] || (major === OLDEST_KERNEL[0] && minor < OLDEST_KERNEL[1]);
  return isOld
    ? warned(
        'kernel',
        `the engine runs on kernel ${kernel}`,
        `Use ${OLDEST_KERNEL.join('.')} or newer: older ones lack fixes that containment rests on.`,
      )
    : passed('kernel', `the engine runs on kernel ${kernel || 'unknown'}`);
}

export function checkCgroup(version: string): Check {
  if (version === '2') return passed('cgroup', 'control groups are version 2');
  return warned(
    'cgroup',
    `control groups are version ${version || 'unknown'}; limits hold, but memory and disk writes are accounted less exactly`,
    'Boot with systemd.unified_cgroup_hierarchy=1.',
  );
}
