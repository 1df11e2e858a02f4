import type { Offer } from '@muster/protocol/offer';
import type { AppError } from '@muster/protocol/errors/app-error';
import type { Result } from '@muster/protocol/errors/result';
import type { Address } from 'viem';
import type { AgentContext } from '../context.ts';
import { stopAllocations } from '../loops/stop-allocations.ts';
import { createGatekeeper, type Gatekeeper } from '../orders/gatekeeper.ts';
import type { Machine } from '../resources/capacity.ts';
import type { GpuWatch } from '../resources/gpu-watch.ts';
import { offerOf } from '../resources/offer.ts';
import { whyDraining } from '../operator/drain.ts';
import { judgeChallenge, type ChallengeBounds } from './judge-challenge.ts';
import { drainNow } from './judge.ts';
import { requireWelcomeBuyer } from './require-welcome-buyer.ts';

/** The owner's policy and the machine's books, applied to one node of one run. */
export interface HouseRules {
  /** About new work. */
  admit: Gatekeeper;
  /** About a validator's container; what it may take. */
  admitChallenge(image: string): Result<ChallengeBounds, AppError>;
  offer(freeDiskBytes: number): Offer;
  /** Tells what must end for the owner's hours to end. Returns how many. */
  drainDue(): Promise<number>;
  /** Takes note of whose run this is. */
  runSeen(run: { owner: Address }): void;
  /** Throws POLICY_REFUSED when the owner works for somebody else. */
  requireWelcome(run: { runId: string; owner: Address }): void;
}

export function createHouseRules(
  context: Pick<AgentContext, 'policy' | 'features' | 'portDesk' | 'stores' | 'logger' | 'now'>,
  machine: () => Machine,
  gpus: Pick<GpuWatch, 'usable' | 'troubles'>,
): HouseRules {
  const { policy, features, portDesk, stores, logger, now } = context;
  let owner: Address | null = null;
  const gatekeeper = createGatekeeper({
    policy: policy.current,
    features,
    machine,
    gpus,
    portDesk,
    buyer: () => owner,
    records: stores.allocations.list,
    now,
  });
  return {
    admit: gatekeeper,
    admitChallenge: (image) => judgeChallenge(policy.current(), image, now()),
    offer: (freeDiskBytes) =>
      offerOf({
        machine: { ...machine(), gpus: gpus.usable() },
        policy: policy.current(),
        features: features.features(),
        draining: whyDraining(stores.state.get()),
        freeDiskBytes,
        now: now(),
      }),
    async drainDue() {
      const current = policy.current();
      const isDue = ({ spec }: { spec: { graceMs: number } }) => drainNow(current, now(), spec.graceMs) !== null;
      const reason = "drained by the node's owner: the machine is needed for something else now";
      const stopped = await stopAllocations(stores.allocations, { phase: 'Cancelled', reason }, isDue);
      if (stopped > 0) logger.info({ event: 'policy.drained', stopped }, "the owner's hours end; stopping what runs");
      return stopped;
    },
    runSeen: (run) => void (owner = run.owner),
    requireWelcome: (run) => requireWelcomeBuyer(policy.current(), run),
  };
}
