import { listRunsToReconcile } from '@muster/db/repositories/master-work';
import { listNodesOfRuns } from '@muster/db/repositories/nodes';
import type { Deps } from '../../app/deps.ts';
import { inTurn, isInviteDue } from './due-invites.ts';
import { inviteNode, type Candidate } from './invite-node.ts';

/** Invites under way at once. */
const CONCURRENCY = 32;

export type Inviter = {
  /** Starts an invite for every node that is due and has none under way. Does not wait for the answers: most of them come from strangers. */
  turn(): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
};

export function createInviter(deps: Deps): Inviter {
  const underWay = new Map<string, Promise<void>>();

  const start = (candidate: Candidate): void => {
    const key = `${candidate.run.runId}/${candidate.registration.node}`;
    if (underWay.has(key) || underWay.size >= CONCURRENCY) return;
    const invite = inviteNode(deps, candidate)
      .catch((err: unknown) => deps.logger.error({ event: 'invite.failed', node: key, err }, 'an invite could not be noted'))
      .finally(() => underWay.delete(key));
    underWay.set(key, invite);
  };

  return {
    async turn() {
      for (const candidate of inTurn(await dueCandidates(deps))) start(candidate);
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}

async function dueCandidates({ db, clock, settings, signer }: Deps): Promise<Candidate[]> {
  const served = (await listRunsToReconcile(db, signer.address)).filter(({ master }) => master === signer.address);
  const runs = new Map(served.map((run) => [run.runId, run]));
  const nodes = await listNodesOfRuns(db, [...runs.keys()]);
  const nowMs = clock.now();
  return nodes.flatMap((node): Candidate[] => {
    const run = runs.get(node.registration.runId);
    if (run === undefined || !isInviteDue({ run, node, nowMs, lostAfterMs: settings.lostAfterMs })) return [];
    return [{ run, registration: node.registration, attempts: node.state?.inviteAttempts ?? 0 }];
  });
}
