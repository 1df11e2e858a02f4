import type { Standing } from '@muster/domain/registry/standing';
import { formatDuration } from '@muster/protocol/units/duration';
import type { Address } from 'viem';
import type { AgentReport, AllocationReport } from '../operator/agent-report.ts';
import type { Whereabouts } from '../operator/whereabouts.ts';

/** `status --json`. */
export interface NodeStatus extends Whereabouts {
  runId: string;
  node: Address;
  chain: { standing: Standing; seq: number; provider: Address | null; master: Address; runClosed: boolean } | null;
  agent: AgentReport;
}

const MB = 1e6;
const LAST_PHASE = 4;

/** For people. Pure. */
export function renderStatus({ runId, node, phase, name, turn, next, chain, agent }: NodeStatus, { now }: { now: number }): string {
  const live = agent.allocations.filter(({ phase: one }) => !['Succeeded', 'Failed', 'Cancelled', 'Lost'].includes(one));
  const rows: [string, string][] = [
    ['run', `${runId}${chain?.runClosed ? ' (closed)' : ''}`],
    ['node', node],
    ...(chain?.provider ? [['provider', chain.provider] satisfies [string, string]] : []),
    ['standing', chain ? `${chain.standing}${chain.seq > 0 ? ` (registration ${chain.seq})` : ''}` : 'unknown: the chain does not answer'],
    ['phase', `${phase} of ${LAST_PHASE}, ${name}`],
    ['turn', `${turn}: ${next}`],
    ['agent', agentText(agent, now)],
    ['session', sessionText(agent, now)],
    ['new work', workText(agent)],
    ...(agent.usage
      ? [['machine', `${cores(agent.usage.cpu)} busy, ${megabytes(agent.usage.memoryBytes)} of memory in use`] satisfies [string, string]]
      : []),
    ...(agent.usage?.gpus ?? []).flatMap(({ uuid, problem }) =>
      problem === undefined ? [] : [['gpu', `${uuid} cannot be used: ${problem}`] satisfies [string, string]],
    ),
    [
      'spool',
      agent.spool.chunks === 0
        ? 'every log line is delivered'
        : `${counted(agent.spool.chunks, 'chunk')} (${megabytes(agent.spool.bytes)}) of log to be delivered`,
    ],
    ['images', imagesText(agent)],
    ...(agent.orphans?.length
      ? [
          ['orphans', `${counted(agent.orphans.length, 'container')} that no order knows; removed after the grace period`] satisfies [
            string,
            string,
          ],
        ]
      : []),
    ['runs', live.length === 0 ? 'nothing' : counted(live.length, 'allocation')],
  ];
  return [...rows.map(([title, text]) => `${title.padEnd(9)} ${text}`), ...live.map((one) => allocationText(one, now))].join('\n');
}

function agentText({ running, version, pid, startedAt }: AgentReport, now: number): string {
  return running ? `runs: version ${version}, process ${pid}, up ${since(startedAt, now)}` : `does not run (version ${version})`;
}

function sessionText({ session, running, fenced }: AgentReport, now: number): string {
  if (fenced) return 'cut off from the master for too long: its containers are stopped';
  if (!session) return running ? 'none' : '–';
  const { lastHeartbeatAt, generation } = session;
  return `open (generation ${generation}), last heartbeat ${lastHeartbeatAt === null ? 'not yet' : `${since(lastHeartbeatAt, now)} ago`}`;
}

function workText({ running, drains, offer }: AgentReport): string {
  const drained = drains.map(
    ({ by, reason, deadline }) => `${by} drains it: ${reason}${deadline === null ? '' : `, by ${new Date(deadline).toLocaleString()}`}`,
  );
  if (drained.length > 0) return `none (${drained.join('; ')})`;
  if (!running) return 'none (the agent does not run)';
  return offer && !offer.accepting ? `none (${offer.reason ?? 'by policy'})` : 'taken';
}

function imagesText({ images: { count, bytes, budgetBytes } }: AgentReport): string {
  const budget = budgetBytes === null ? '' : ` of ${megabytes(budgetBytes)}`;
  return count === 0 ? `none pulled${budget && `, ${budget.slice(4)} at most`}` : `${count} pulled, ${megabytes(bytes)}${budget}`;
}

function allocationText({ allocationId, taskId, image, phase, reason, startedAt, usage }: AllocationReport, now: number): string {
  const details = [
    ...(startedAt === null ? [] : [since(startedAt, now)]),
    ...(usage ? [`${cores(usage.cpu)}, ${megabytes(usage.memoryBytes)}`] : []),
    ...(reason === null ? [] : [reason]),
  ];
  return `  ${allocationId}  ${phase.padEnd(9)} ${image}  task ${taskId}${details.length > 0 ? `  (${details.join('; ')})` : ''}`;
}

const since = (at: number | null, now: number): string =>
  at === null ? '?' : formatDuration(Math.max(0, Math.round((now - at) / 1000) * 1000));
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
const cores = (value: number): string => `${Math.round(value * 100) / 100} cores`;
const megabytes = (bytes: number): string => `${Math.round(bytes / MB)} MB`;
