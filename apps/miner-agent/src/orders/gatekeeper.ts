import { AppError } from '@muster/protocol/errors/app-error';
import { err, ok, type Result } from '@muster/protocol/errors/result';
import { featuresNeededBy } from '@muster/protocol/offer';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type { Address } from 'viem';
import { judge } from '../policy/judge.ts';
import type { Policy } from '../policy/policy.ts';
import type { PortDesk } from '../publishing/port-desk.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { capacityOf, type Machine } from '../resources/capacity.ts';
import type { FeatureBook } from '../resources/features.ts';
import type { GpuWatch } from '../resources/gpu-watch.ts';
import { admit } from '../resources/ledger.ts';

export interface GatekeeperOptions {
  policy: () => Policy;
  features: Pick<FeatureBook, 'why'>;
  /** As it is now. */
  machine: () => Machine;
  /** Those of the machine that still work. */
  gpus: Pick<GpuWatch, 'usable' | 'troubles'>;
  portDesk: Pick<PortDesk, 'lack'>;
  /** The run's owner, as the chain last said; null before it has. */
  buyer: () => Address | null;
  records: () => readonly AllocationRecord[];
  now: () => number;
}

/** Decides about new work before anything is done for it: the owner's policy, what the machine can do, what is left of it. */
export type Gatekeeper = (spec: TaskSpec, allocationId: string, imageDigest: string | null) => Result<{ gpus: string[] }, AppError>;

export function createGatekeeper({
  policy: currentPolicy,
  features,
  machine,
  gpus,
  portDesk,
  buyer,
  records,
  now,
}: GatekeeperOptions): Gatekeeper {
  return (spec, allocationId, imageDigest) => {
    const policy = currentPolicy();
    const demand = demandOf(spec);
    const needs = featuresNeededBy(spec);
    const owner = buyer();
    if (owner === null && restrictsBuyers(policy))
      return refuse('NODE_NOT_READY', 'The node does not know yet whose run this is: the chain cannot be read');
    const judged = judge(
      policy,
      { buyer: owner, image: spec.image, digests: imageDigest === null ? [] : [imageDigest], demand, needs },
      now(),
    );
    if (!judged.ok) return refuse(judged.error.code, judged.error.message);
    for (const feature of needs) {
      const inability = features.why(feature);
      if (inability === null) continue;
      if (feature === 'egress') return refuse('EGRESS_UNAVAILABLE', inability);
      return refuse(feature === 'gpu' ? 'GPU_UNAVAILABLE' : 'POLICY_REFUSED', `The node cannot give ${feature}: ${inability}`);
    }
    const others = records().filter((record) => record.allocationId !== allocationId);
    const whole = machine();
    const ask = (given: Machine['gpus'], lost: ReadonlySet<string>) =>
      admit({
        capacity: capacityOf({ ...whole, gpus: given }, policy),
        maxAllocations: policy.limits.maxAllocations,
        records: others,
        demand,
        lost,
      });
    const troubles = gpus.troubles();
    const admitted = ask(gpus.usable(), new Set(troubles.keys()));
    const lack = portDesk.lack(others, spec.ports?.length ?? 0);
    if (lack !== null) return refuse('RESOURCES_EXHAUSTED', lack);
    if (admitted.ok) return ok(admitted.value);
    const [problem] = troubles.values();
    return problem !== undefined && ask(whole.gpus, new Set()).ok
      ? refuse('GPU_UNAVAILABLE', `${admitted.error.message}: ${troubles.size} of the node's GPUs cannot be used (${problem})`)
      : refuse(admitted.error.code, admitted.error.message);
  };
}

const restrictsBuyers = ({ buyers }: Policy): boolean => buyers.allow !== null || buyers.block.length > 0;

const refuse = (
  code: 'POLICY_REFUSED' | 'EGRESS_UNAVAILABLE' | 'GPU_UNAVAILABLE' | 'RESOURCES_EXHAUSTED' | 'NODE_NOT_READY',
  publicMessage: string,
): Result<never, AppError> => err(new AppError(code, { publicMessage }));
