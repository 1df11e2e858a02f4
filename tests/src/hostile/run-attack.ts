import { statfsSync } from 'node:fs';
import type { AllocationStatus } from '@muster/protocol/messages/frames';
import { waitFor } from '@muster/miner-agent/testing/test-docker';
import type Docker from 'dockerode';
import type { Case } from '../lib/run-cases.ts';
import { MiB, type Attack } from './attack.ts';
import { logBytesAt, MOST_LOG_BYTES } from './attacks/disk.ts';
import { sendOrder, type OrderAttack } from './attacks/orders.ts';
import { hostileImage } from './images.ts';
import type { HostileStage } from './stage.ts';
import { processCount, processesOf, requireUnharmed, watchVitals, type Vitals } from './vitals.ts';

export interface Theatre {
  stage: HostileStage;
  docker: Docker;
  /** Somebody else's container, which must not notice. */
  neighbour: string;
  diskPath: string;
}

/** The agent's own reserve, by default. */
const RESERVE_BYTES = 2 * 1024 * MiB;

export const caseOfAttack = (attack: Attack, enter: () => Promise<Theatre>): Case => ({
  name: attack.name,
  quick: attack.quick ?? false,
  run: async () => withVitals(await enter(), async (theatre) => describe(await carryOut(attack, theatre))),
});

export const caseOfOrder = ({ name, quick, specs, code }: OrderAttack, enter: () => Promise<Theatre>): Case => ({
  name,
  quick,
  run: async () =>
    withVitals(await enter(), async ({ stage, docker }) => {
      const codes = new Set<string>();
      for (const spec of specs) {
        const answer = await sendOrder(stage, spec);
        if (answer.ok || !code.test(answer.code))
          throw new Error(`${JSON.stringify(spec).slice(0, 300)} was answered by ${JSON.stringify(answer)}`);
        codes.add(answer.code);
        const made = await docker.listContainers({ all: true, filters: { label: [`muster.allocation=${answer.allocationId}`] } });
        if (made.length > 0) throw new Error(`a container was made for ${JSON.stringify(spec).slice(0, 300)}`);
      }
      return `${specs.length} orders refused by ${[...codes].join(', ')}`;
    }),
});

/** Whatever happens: heartbeats go on, the bystander lives, the host is unharmed, and afterwards all is as it was. */
async function withVitals(theatre: Theatre, attack: (theatre: Theatre) => Promise<string>): Promise<string> {
  const { stage, neighbour, diskPath } = theatre;
  const processesBefore = processCount();
  const vitals = watchVitals({
    heartbeats: stage.master.heartbeats,
    neighbourLines: () => stage.master.linesOf(neighbour).length,
    diskPath,
  });
  try {
    const seen = await attack(theatre);
    const read = vitals.read();
    requireUnharmed(read, { reserveBytes: Math.min(RESERVE_BYTES, statfsSync(diskPath).blocks), processesBefore });
    if (!stage.isAgentRunning()) throw new Error('the agent has ended');
    if (stage.master.statuses.get(neighbour)?.phase !== 'Running') throw new Error('the other container does not run any more');
    return `${seen}; ${describeVitals(read)}`;
  } finally {
    vitals.stop();
  }
}

interface Seen {
  status: AllocationStatus;
  note: string;
}

async function carryOut(attack: Attack, { stage, docker }: Theatre): Promise<Seen> {
  const { ends, says = [], stopAfterMs, graceMs = 1_000 } = attack;
  const spec = typeof attack.spec === 'function' ? await attack.spec(stage) : attack.spec;
  const allocationId = stage.place({ image: hostileImage, ...spec });
  let logBytes = 0;
  if (stopAfterMs !== undefined) {
    const { containerId = '' } = await stage.running(allocationId);
    const { LogPath } = await docker.getContainer(containerId).inspect();
    // Left to itself for as long as the attack says: that is the attack.
    const until = performance.now() + stopAfterMs;
    await waitFor(() => {
      logBytes = Math.max(logBytes, logBytesAt(LogPath));
      return performance.now() > until;
    }, stopAfterMs + 30_000);
    stage.stopOrder(allocationId, graceMs);
  }
  const status = await stage.ended(allocationId);
  const lines = () => stage.master.linesOf(allocationId);
  const breach = () => lines().find((line) => /BREACH|^BROKEN/.test(line));
  if (status.phase !== ends.phase || status.error?.code !== ends.code || (ends.exitCode !== undefined && status.exitCode !== ends.exitCode))
    throw new Error(`it ended ${JSON.stringify(status)} instead of ${JSON.stringify(ends)}; it said:\n${lines().slice(-15).join('\n')}`);
  await waitFor(() => says.every((line) => lines().some((said) => line.test(said)))).catch(() => {
    throw new Error(`it did not say ${says.join(' and ')}, but:\n${lines().slice(-20).join('\n')}`);
  });
  if (breach()) throw new Error(breach());
  // The kernel takes a moment to bury a thousand processes.
  await waitFor(() => processesOf(status.containerId ?? '') === 0);
  if (logBytes > MOST_LOG_BYTES) throw new Error(`its log took ${logBytes} bytes`);
  const more = (await attack.afterwards?.({ stage, docker, allocationId })) ?? '';
  const denied = lines().filter((line) => line.startsWith('DENIED')).length;
  const notes = [denied > 0 ? `${denied} denied` : '', logBytes > MiB ? `log at most ${Math.round(logBytes / MiB)} MiB` : '', more];
  return { status, note: notes.filter((note) => note !== '').join(', ') };
}

function describe({ status: { phase, error, reason, exitCode }, note }: Seen): string {
  const what = error ? `${error.code}: ${error.message}` : `${reason ?? ''} (exit code ${exitCode})`;
  return [`${phase}, ${what}`, note].filter((part) => part !== '').join('; ');
}

const describeVitals = ({ heartbeatGapMs, neighbourGapMs, leastFreeDiskBytes, mostProcesses }: Vitals): string =>
  `heartbeats at most ${heartbeatGapMs} ms apart, the other container heard of every ${neighbourGapMs} ms, ${Math.round(leastFreeDiskBytes / 1024 / MiB)} GiB of disk free, ${mostProcesses} processes`;
