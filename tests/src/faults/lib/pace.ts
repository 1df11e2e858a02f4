import { minerPath, minerProgram } from '@muster/network/daemons';
import { runTool } from './run-tool.ts';

/** Times that leave room for what has to happen within them, on this machine as it is now. */
export interface Pace {
  heartbeatMs: number;
  lostAfterMs: number;
  /** The buyer is told of an orphan with a heartbeat, and one may be lost with its session. */
  orphanGraceMs: number;
  /** So many of what goes on meanwhile: more of them where beats are further apart. */
  during(count: number): number;
}

/** Instead of thirty: the same code in less time. */
const LEAST_HEARTBEAT_MS = 5_000;
const MOST_HEARTBEAT_MS = 20_000;

/**
 * An agent that begins looks the machine over as `doctor` does, and that is most of what it takes it to begin. A life that is cut short
 * must be followed by another before the lease of four beats is over, of which one may have gone by already.
 */
export async function measurePace(dockerHost: string, dataDir: string): Promise<Pace> {
  const startedAt = performance.now();
  const env = { PATH: minerPath, DOCKER_HOST: dockerHost, MUSTER_DATA_DIR: dataDir, MUSTER_RPC_URL: 'http://127.0.0.1:9' };
  // How long it takes is the question; what it finds is the agent's business.
  await runTool(minerProgram, ['doctor', '--json'], env).catch(() => undefined);
  return paceOf(Math.round(performance.now() - startedAt));
}

export function paceOf(beginningMs: number): Pace {
  const heartbeatMs = Math.min(MOST_HEARTBEAT_MS, Math.max(LEAST_HEARTBEAT_MS, beginningMs));
  return {
    heartbeatMs,
    lostAfterMs: 4 * heartbeatMs,
    orphanGraceMs: 3 * heartbeatMs,
    during: (count) => Math.ceil((count * heartbeatMs) / LEAST_HEARTBEAT_MS),
  };
}
