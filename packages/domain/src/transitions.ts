import { err, ok, type Result } from '@muster/protocol/errors/result';

/** For each phase, the phases that may follow it. An empty list marks a terminal phase. */
export type TransitionTable<Phase extends string> = Readonly<Record<Phase, readonly Phase[]>>;

export interface IllegalTransition<Phase extends string> {
  code: 'ILLEGAL_TRANSITION';
  from: Phase;
  to: Phase;
}

export const isTerminal = <Phase extends string>(table: TransitionTable<Phase>, phase: Phase): boolean => table[phase].length === 0;

export const canMove = <Phase extends string>(table: TransitionTable<Phase>, from: Phase, to: Phase): boolean => table[from].includes(to);

/** Staying in a phase is no transition and is refused like any other move outside the table. */
export function move<Phase extends string>(table: TransitionTable<Phase>, from: Phase, to: Phase): Result<Phase, IllegalTransition<Phase>> {
  return canMove(table, from, to) ? ok(to) : err({ code: 'ILLEGAL_TRANSITION', from, to });
}
