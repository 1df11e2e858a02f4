import { stat } from 'node:fs/promises';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import type { Reach } from '../reach.ts';
import { failed, passed, warned, type Check } from './check.ts';

export function checkNetwork(reach: Reach): Check {
  if (reach.kind === 'relay') return checkRelay(reach);
  const { endpoint, source } = reach;
  if (source === 'guess')
    return warned(
      'network',
      `MUSTER_ENDPOINT is not set; ${endpoint} will be announced`,
      'Set it to the URL under which others reach this machine, or to relay when nobody can.',
    );
  if (source === 'loopback')
    return warned(
      'network',
      `this machine has no address but loopback; ${endpoint} will be announced, which serves on this machine alone`,
      'Connect it to a network, or set MUSTER_ENDPOINT.',
    );
  return passed('network', `validators and the master will be told ${endpoint}`);
}

function checkRelay({ source, found }: Extract<Reach, { kind: 'relay' }>): Check {
  const how = "the run's discovery relays to this node over a connection that the node opens; no port is opened here";
  if (source === 'configured') return passed('network', `MUSTER_ENDPOINT is relay: ${how}`);
  const why = found.length === 0 ? 'this machine has no address' : `nobody outside reaches ${found.join(', ')}`;
  return warned(
    'network',
    `${why}, so ${how}`,
    'Set MUSTER_ENDPOINT=relay if that is right, else to a URL that leads here, of a router that forwards a port, for example.',
  );
}

/** Creates the directory when it is missing. */
export async function checkDataDir(dataDir: string): Promise<Check> {
  try {
    await ensureDirectory(dataDir);
    const { mode } = await stat(dataDir);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return passed('data-dir', `${dataDir} is ours alone`);
    return warned('data-dir', `${dataDir} can be read by others`, `Run: chmod 700 ${dataDir}`);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return failed('data-dir', problem, 'Check its owner, or set MUSTER_DATA_DIR.');
  }
}
