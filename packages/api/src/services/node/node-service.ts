import { findNode, listNodes, type NodeOverview } from '@muster/db/repositories/nodes';
import { requestDrain } from '@muster/db/repositories/node-states';
import { findRun } from '@muster/db/repositories/runs';
import { listVerdicts } from '@muster/db/repositories/verdicts';
import type { RunRow } from '@muster/db/rows';
import { capabilitiesSchema } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { EncryptionKeyStatement } from '@muster/protocol/messages/encryption-key-statement';
import { heartbeatSchema, type Orphan } from '@muster/protocol/messages/frames';
import type { Deps } from '../../app/deps.ts';
import type { NodeService } from '../../services.ts';
import type { NodeView } from '../../shapes/node.ts';
import { iso, isoOrNull } from '../iso-time.ts';
import { standingNow } from '../master/node-facts.ts';

export function createNodeService({ db, clock, live }: Pick<Deps, 'db' | 'clock' | 'live'>): NodeService {
  const requireRun = async (runId: string): Promise<RunRow> => {
    const run = await findRun(db, runId);
    if (run === null) throw new AppError('RUN_UNKNOWN');
    return run;
  };
  return {
    async list(query) {
      const [run, page] = await Promise.all([requireRun(query.runId), listNodes(db, query)]);
      return { items: page.items.map((node) => viewOf(node, run, clock.now())), nextCursor: page.nextCursor };
    },

    async get(key) {
      const [run, node, verdicts] = await Promise.all([requireRun(key.runId), findNode(db, key), listVerdicts(db, key)]);
      if (node === null) throw new AppError('NOT_FOUND');
      const given = verdicts.map(({ runId: _runId, node: _node, ...verdict }) => ({ ...verdict, at: iso(verdict.at) }));
      return { ...viewOf(node, run, clock.now()), verdicts: given };
    },

    async drain({ runId, node, actor }) {
      if ((await findNode(db, { runId, node })) === null) throw new AppError('NOT_FOUND');
      await requestDrain(db, { runId, node, reason: `${actor} drains it` });
      live.publish(['reconcile']);
    },
  };
}

/** Everything but where the node is: its endpoint is discovery's to give. */
function viewOf({ registration, state, session }: NodeOverview, run: RunRow, nowMs: number): NodeView {
  const { runId, node, provider, seq, round, approvals, rejections, banned, registeredTx, endedReason } = registration;
  const beat = heartbeatSchema.safeParse(session?.status);
  const capabilities = capabilitiesSchema.safeParse(state?.capabilities);
  const statement = EncryptionKeyStatement.envelopeSchema.safeParse(state?.seq === seq ? state.keyStatement : null);
  return {
    runId,
    node,
    provider,
    seq,
    round,
    approvals,
    rejections,
    banned,
    registeredTx,
    endedReason,
    standing: standingNow({ registration, run, nowMs }),
    phase: state?.seq === seq ? state.phase : 'Registered',
    phaseReason: state?.seq === seq ? state.phaseReason : null,
    registeredAt: iso(registration.registeredAt),
    approvedAt: isoOrNull(registration.approvedAt),
    endedAt: isoOrNull(registration.endedAt),
    lastHeartbeatAt: isoOrNull(session?.heartbeatAt ?? state?.lastHeartbeatAt ?? null),
    usage: beat.success ? beat.data.usage : null,
    offer: beat.success ? (beat.data.offer ?? null) : null,
    orphans: beat.success ? beat.data.orphans.map(orphanView) : [],
    keyStatement: statement.success ? statement.data : null,
    capabilities: capabilities.success ? capabilities.data : null,
  };
}

const orphanView = ({ foundAt, removeAt, ...orphan }: Orphan): NodeView['orphans'][number] => ({
  ...orphan,
  foundAt: iso(new Date(foundAt)),
  removeAt: iso(new Date(removeAt)),
});
