import type { Command } from 'commander';
import { idArgument } from '../arguments.ts';
import type { Bind } from '../command.ts';
import { followLogs } from '../logs/follow-logs.ts';
import { createLinePrinter } from '../logs/print-lines.ts';
import { readLogs } from '../logs/read-logs.ts';
import { findLogSource } from '../logs/log-source.ts';

/** `muster logs`. */
export function addLogCommands(program: Command, bind: Bind): void {
  const logs = program
    .command('logs')
    .description("a task's or an allocation's output")
    .argument('<task|allocation>')
    .option('-f, --follow', 'go on until the containers have ended', false)
    .option('-t, --timestamps', 'begin each line with its time', false);
  bind(logs, async (context, command) => {
    const { follow, timestamps } = command.opts<{ follow: boolean; timestamps: boolean }>();
    const source = await findLogSource(context, idArgument(command.args[0] ?? '', 'task or allocation'));
    const print = createLinePrinter(context.io, { json: context.options.json, timestamps });
    if (follow) {
      await followLogs(context, source, print);
      return null;
    }
    if (context.options.json) return { json: { items: await collect(context, source) }, text: '' };
    for await (const chunk of readLogs(context, await source.allocations())) print(chunk);
    return null;
  });
}

async function collect(context: Parameters<typeof readLogs>[0], source: { allocations(): Promise<string[]> }) {
  const lines = [];
  for await (const { allocationId, sequence, lines: texts } of readLogs(context, await source.allocations())) {
    lines.push(...texts.map((line) => ({ allocationId, sequence, ...line })));
  }
  return lines;
}
