import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { err, ok, type Result } from '@muster/protocol/errors/result';
import type { Feature } from '@muster/protocol/offer';
import type { Demand } from '@muster/protocol/task-spec/defaults';
import { formatBytes } from '@muster/protocol/units/bytes';
import type { Address } from 'viem';
import { isAllowedBy, isBlockedBy, type NamedImage } from './image-rules.ts';
import type { Policy } from './policy.ts';
import { windowAt } from './schedule.ts';

/** What somebody wants to run here. */
export interface Wish {
  /** Null where nothing is known of him: a validator's container is the run's, not a buyer's. */
  buyer: Address | null;
  image: string;
  /** Of its content, as far as they are known. */
  digests?: readonly string[];
  demand: Demand;
  needs: readonly Feature[];
}

export type Refusal = { code: Extract<ErrorCode, 'POLICY_REFUSED' | 'NODE_NOT_READY'>; message: string };

/** Whether the owner allows this now; the first rule that forbids it, in words for whoever asked. Pure. */
export function judge(policy: Policy, wish: Wish, nowMs: number): Result<void, Refusal> {
  const rule = buyerRule(policy, wish) ?? imageRule(policy, wish) ?? featureRule(policy, wish) ?? sizeRule(policy, wish);
  if (rule !== null) return err({ code: 'POLICY_REFUSED', message: `The owner of this node ${rule}` });
  const closed = closedNow(policy, nowMs);
  return closed === null ? ok(undefined) : err({ code: 'NODE_NOT_READY', message: `The node takes nothing new now: ${closed}` });
}

/** Who else is on the list is nobody's business. */
export function buyerRule({ buyers }: Pick<Policy, 'buyers'>, { buyer }: Pick<Wish, 'buyer'>): string | null {
  if (buyer === null) return null;
  if (buyers.block.includes(buyer) || (buyers.allow !== null && !buyers.allow.includes(buyer)))
    return `takes no work of the buyer ${buyer}`;
  return null;
}

/** The rules about images alone, once more when it is known what the name stands for. Pure. */
export function judgeImage(policy: Pick<Policy, 'images'>, named: NamedImage): Result<void, AppError> {
  const rule = imageRule(policy, named);
  return rule === null ? ok(undefined) : err(new AppError('POLICY_REFUSED', { publicMessage: `The owner of this node ${rule}` }));
}

function imageRule({ images }: Pick<Policy, 'images'>, named: NamedImage): string | null {
  const { image } = named;
  const blocked = images.block.find((rule) => isBlockedBy(rule, named));
  if (blocked) return `does not allow the image ${image}: ${blocked.text} is blocked`;
  if (images.allow === null || images.allow.some((rule) => isAllowedBy(rule, named))) return null;
  return `does not allow the image ${image}; allowed: ${listed(images.allow.map(({ text }) => text))}`;
}

const FEATURE_WORDS: Readonly<Record<Feature, string>> = {
  gpu: 'gives no GPU to tasks',
  egress: 'does not let containers connect out (network: egress)',
  root: 'lets no container run as root',
  ports: 'lets no container publish ports',
};

function featureRule({ features }: Policy, { needs }: Wish): string | null {
  const refused = needs.find((feature) => !features[feature]);
  return refused === undefined ? null : FEATURE_WORDS[refused];
}

function sizeRule({ limits: { each } }: Policy, { demand }: Wish): string | null {
  const { cpu, memoryBytes, diskBytes, gpus } = each;
  if (cpu !== undefined && demand.cpu > cpu) return `gives at most ${cpu} cpu to one task; ${demand.cpu} are asked for`;
  if (memoryBytes !== undefined && demand.memoryBytes > memoryBytes) return tooLarge('memory', demand.memoryBytes, memoryBytes);
  if (diskBytes !== undefined && demand.diskBytes > diskBytes) return tooLarge('disk', demand.diskBytes, diskBytes);
  const wanted = demand.gpu?.count ?? 0;
  return gpus !== undefined && wanted > gpus ? `gives at most ${gpus} GPUs to one task; ${wanted} are asked for` : null;
}

const tooLarge = (what: string, wanted: number, most: number): string =>
  `gives at most ${formatBytes(most)} of ${what} to one task; ${formatBytes(wanted)} are asked for`;

const listed = (texts: readonly string[]): string => {
  const shown = texts.slice(0, 10).join(', ');
  return texts.length > 10 ? `${shown} and ${texts.length - 10} more` : shown || 'none';
};

/** Why the node takes nothing new at this moment; null while it does. */
export function closedNow({ hours, maintenance }: Policy, atMs: number): string | null {
  const pause = maintenance && windowAt(maintenance, atMs);
  if (pause) return `maintenance (${pause.text}, ${maintenance.timeZone})`;
  if (hours && windowAt(hours, atMs) === null)
    return `outside its hours of service (${hours.windows.map(({ text }) => text).join('; ')}, ${hours.timeZone})`;
  return null;
}

/** Why what needs `graceMs` to end should be told to end now; null while it may go on. */
export function drainNow(policy: Policy, nowMs: number, graceMs: number): string | null {
  const hours = policy.hours?.drain === true ? policy.hours : null;
  const maintenance = policy.maintenance?.drain === true ? policy.maintenance : null;
  const strict = { ...policy, hours, maintenance };
  return closedNow(strict, nowMs) ?? closedNow(strict, nowMs + graceMs);
}
