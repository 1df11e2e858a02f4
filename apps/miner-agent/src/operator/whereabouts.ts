import type { Standing } from '@muster/domain/registry/standing';
import type { AgentReport } from './agent-report.ts';

/** Where the node is on its way through the run's sequence (docs/arrows.json), and whom it waits for. */
export interface Whereabouts {
  phase: 0 | 1 | 2 | 3 | 4;
  name: 'preparation' | 'registration' | 'validation' | 'invitation' | 'work' | 'over';
  turn: 'yours' | 'provider' | 'validators' | 'master' | 'agent' | 'nobody';
  next: string;
}

export interface WhereaboutsInput {
  /** Null when the chain does not answer. */
  standing: Standing | null;
  runClosed: boolean;
  report: Pick<AgentReport, 'running' | 'invited' | 'registering' | 'session' | 'drains'>;
}

/** Pure. */
export function whereaboutsOf({ standing, runClosed, report }: WhereaboutsInput): Whereabouts {
  if (standing === null) return withoutChain(report);
  if (standing === 'Pending') return at(2, 'validation', ...running(report, 'validators', 'they will challenge this node'));
  if (standing === 'Approved') return approved(report);
  if (runClosed) return at(0, 'over', 'yours', 'the run is closed; choose another one');
  if (standing !== 'None')
    return at(0, 'over', 'yours', `this registration is over (${standing}); start the agent to register again after the cooldown`);
  if (!report.registering) return at(0, 'preparation', 'yours', 'start the agent: it checks the machine and registers');
  return at(1, 'registration', 'provider', 'its wallet registers this node by the consent link (muster-miner consent)');
}

function approved(report: WhereaboutsInput['report']): Whereabouts {
  if (!report.invited) return at(3, 'invitation', ...running(report, 'master', 'it will invite this node'));
  if (report.drains.length > 0)
    return at(4, 'work', ...running(report, 'agent', 'it takes nothing new and lets what runs come to its end'));
  if (report.session || !report.running) return at(4, 'work', ...running(report, 'master', 'it gives out the work'));
  return at(4, 'work', 'agent', 'it is looking for its master, and goes on trying');
}

/** What the agent knows by itself is still true. */
function withoutChain(report: WhereaboutsInput['report']): Whereabouts {
  if (report.invited) return approved(report);
  if (report.registering) return at(1, 'registration', 'agent', 'it waits for the chain, which does not answer');
  return at(0, 'preparation', 'yours', 'the chain does not answer: check MUSTER_RPC_URL');
}

/** Whoever's turn it is: without a running agent it is the operator's first. */
function running({ running: runs }: WhereaboutsInput['report'], turn: Whereabouts['turn'], next: string): [Whereabouts['turn'], string] {
  return runs ? [turn, next] : ['yours', `start the agent; then the ${turn === 'agent' ? 'agent' : turn}: ${next}`];
}

const at = (phase: Whereabouts['phase'], name: Whereabouts['name'], turn: Whereabouts['turn'], next: string): Whereabouts => ({
  phase,
  name,
  turn,
  next,
});
