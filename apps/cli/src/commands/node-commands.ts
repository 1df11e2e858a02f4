import type { Command } from 'commander';
import { addressArgument, chooseRun, runIdArgument } from '../arguments.ts';
import type { Bind } from '../command.ts';
import { nodesTable, nodeText } from '../output/views.ts';
import { pageText, readPaging, withPaging } from '../paging.ts';

/** `muster nodes`, `muster drain`. */
export function addNodeCommands(program: Command, bind: Bind): void {
  const nodes = program
    .command('nodes')
    .description('the nodes of a run, or one of them in full')
    .argument('[run]', 'run id; your only open run when left out')
    .argument('[node]', "the node's address");
  bind(withPaging(nodes), async (context, command) => {
    const [run, node] = command.processedArgs as [string | undefined, string | undefined];
    const paging = readPaging(command);
    const runId = await chooseRun(context, run);
    if (node !== undefined) {
      const address = addressArgument(node);
      const detail = await context.asBuyer((api) => api.node.get.query({ runId, node: address }));
      return { json: detail, text: nodeText(detail, context.io.now()) };
    }
    const page = await context.asBuyer((api) => api.node.list.query({ runId, ...paging }));
    const text =
      page.items.length === 0
        ? `No node has registered for run ${runId} yet.`
        : pageText(nodesTable(page.items, context.io.now()), page.nextCursor);
    return { json: page, text };
  });

  const drain = program
    .command('drain')
    .description('gives a node nothing new, and lets it end what it runs')
    .argument('<run>')
    .argument('<node>');
  bind(drain, async ({ asBuyer }, command) => {
    const [run, address] = command.processedArgs as [string, string];
    const ref = { runId: runIdArgument(run), node: addressArgument(address) };
    await asBuyer((api) => api.node.drain.mutate(ref));
    return { json: { ...ref, draining: true }, text: `Node ${ref.node} is draining.` };
  });
}
