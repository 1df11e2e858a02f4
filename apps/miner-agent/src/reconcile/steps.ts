import type { Outcome, SyncRecord } from './desired.ts';

/** Whose turn it is: one allocation in one epoch. */
export interface Target {
  allocationId: string;
  epoch: number;
}

/** `vanished`: somebody else removed the container. */
export type EndWithoutContainer = 'vanished' | Pick<Outcome, 'phase' | 'reason' | 'error'>;

/** Everything the agent ever does to the engine, as data. Each kind has exactly one executor. */
export type Step =
  | ({ kind: 'pull'; image: string } & Target)
  | ({ kind: 'create' } & Target)
  | ({ kind: 'start' } & Target)
  | ({ kind: 'restart'; containerId: string; graceMs: number } & Target)
  | ({ kind: 'stop'; containerId: string; graceMs: number } & Target)
  /** Takes the last log lines and the exit code of a container that has ended. */
  | ({ kind: 'collect'; containerId: string } & Target)
  /** Ends an allocation that has no container. */
  | ({ kind: 'finish'; outcome: EndWithoutContainer } & Target)
  | ({ kind: 'remove'; containerId: string } & Target)
  | ({ kind: 'remove-network'; network: string } & Target)
  | ({ kind: 'sync'; sync: SyncRecord } & Target);

export type StepKind = Step['kind'];
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>;

/** Steps of one lane run one after the other; lanes run side by side. An upload must not hold up a stop. */
export const laneOf = (step: Step): string => (step.kind === 'sync' ? `sync:${step.sync.orderId}` : step.allocationId);
