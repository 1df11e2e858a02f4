import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import type { RunChain } from '../ports/run-chain.ts';

/**
 * What the chain says about whoever knocks, without letting strangers turn our RPC into theirs: answers are kept for seconds,
 * and new questions are rationed. Throws RATE_LIMITED when the ration is used up.
 */
export interface RunView {
  run: Question<[], Awaited<ReturnType<RunChain['readRun']>>>;
  registration: Question<[], Awaited<ReturnType<RunChain['readRegistration']>>>;
  nextRound: Question<[], Awaited<ReturnType<RunChain['readNextRound']>>>;
  masterOf: Question<[masterEpoch: number], Address | null>;
  isValidator: Question<[validators: Address, who: Address], boolean>;
}

/** `satisfies`: what the asker hopes for. A kept answer that disappoints is asked for again, since the chain may have moved on. */
export interface Question<Args extends unknown[], T> {
  (args: Args, satisfies?: (answer: T) => boolean): Promise<T>;
}

/** For decisions that must not rest on what the chain said seconds ago. */
export const ASK_ANEW = (): boolean => false;

const KEPT_MS = 5_000;
const QUESTIONS_PER_SECOND = 10;
const BURST = 40;

export function createRunView(chain: RunChain, monotonic: () => number): RunView {
  const spend = createRation(monotonic);

  function question<Args extends unknown[], T>(ask: (...args: Args) => Promise<T>): Question<Args, T> {
    const answers = new Map<string, { at: number; answer: Promise<T> }>();
    const isKept = ({ at }: { at: number }) => monotonic() - at < KEPT_MS;
    return async (args, satisfies = () => true) => {
      const key = args.join(':');
      const known = answers.get(key);
      // Concurrent askers share one question.
      if (known && isKept(known)) {
        const answer = await known.answer;
        if (satisfies(answer)) return answer;
      }
      spend();
      for (const [old, entry] of answers) if (!isKept(entry)) answers.delete(old);
      const answer = ask(...args);
      answers.set(key, { at: monotonic(), answer });
      // A failure is an answer to nothing.
      answer.catch(() => answers.delete(key));
      return answer;
    };
  }

  return {
    run: question(() => chain.readRun()),
    registration: question(() => chain.readRegistration()),
    nextRound: question(() => chain.readNextRound()),
    masterOf: question((masterEpoch: number) => chain.readMasterOf(masterEpoch)),
    isValidator: question((validators: Address, who: Address) => chain.isValidator(validators, who)),
  };
}

/** A token bucket. */
function createRation(monotonic: () => number): () => void {
  let tokens = BURST;
  let filledAt = monotonic();
  return () => {
    const now = monotonic();
    tokens = Math.min(BURST, tokens + ((now - filledAt) / 1000) * QUESTIONS_PER_SECOND);
    filledAt = now;
    if (tokens < 1) throw new AppError('RATE_LIMITED', { data: { retryAfterMs: 1000 } });
    tokens -= 1;
  };
}
