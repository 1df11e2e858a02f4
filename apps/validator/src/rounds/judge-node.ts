import type { RoundJob } from '../ports/round.ts';
import { askNode, type Exchange } from './ask-node.ts';
import type { RoundDeps } from './deps.ts';
import { writeVerdict, type Verdict } from './evidence.ts';
import { locateNode } from './locate-node.ts';

/** One attempt at a verdict: finds the node and asks it everything, up to the first wrong answer. Throws AppError on any silence. */
export async function judgeNode(job: RoundJob, deps: RoundDeps): Promise<Verdict> {
  const located = await locateNode(job, deps);
  const exchanges: Exchange[] = [];
  for (const kind of deps.kinds) {
    const exchange = await askNode(kind, { job, located }, deps);
    exchanges.push(exchange);
    if (!exchange.check.ok) break;
  }
  return writeVerdict(job, { located, exchanges }, deps);
}
