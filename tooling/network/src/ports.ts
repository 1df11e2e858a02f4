import { StepError } from '../../scripts/lib/steps.mjs';

export interface Ports {
  web: number;
  rpc: number;
  miner: number;
}

/** The three ports that a person may choose; an empty variable counts as unset. Throws StepError with the form that is expected. */
export function readPorts(env: Readonly<Record<string, string | undefined>>): Ports {
  const ports = {
    web: portOf(env, 'PORT', 3000),
    rpc: portOf(env, 'MUSTER_RPC_PORT', 8545),
    miner: portOf(env, 'MUSTER_MINER_PORT', 7700),
  };
  if (new Set(Object.values(ports)).size < 3) {
    throw new StepError(
      `The dashboard, the development chain and the local miner need a port each, but got ${ports.web}, ${ports.rpc} and ${ports.miner}.`,
      'Give PORT, MUSTER_RPC_PORT and MUSTER_MINER_PORT different numbers.',
    );
  }
  return ports;
}

function portOf(env: Readonly<Record<string, string | undefined>>, variable: string, fallback: number): number {
  const text = env[variable] || String(fallback);
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StepError(`${variable} is "${text}", which is no port.`, `Give a number from 1 to 65535, e.g. ${variable}=${fallback}.`);
}
