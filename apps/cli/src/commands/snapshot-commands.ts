import type { Command } from 'commander';
import { idArgument } from '../arguments.ts';
import type { Bind } from '../command.ts';
import { snapshotsTable } from '../output/views.ts';

/** `muster snapshots`, `muster snapshot save`. */
export function addSnapshotCommands(program: Command, bind: Bind): void {
  const snapshots = program.command('snapshots').description("synced states of a task's volumes, newest first").argument('<task>');
  bind(snapshots, async ({ asBuyer }, command) => {
    const taskId = idArgument(command.args[0] ?? '', 'task');
    const result = await asBuyer((api) => api.snapshot.list.query({ taskId }));
    const text = result.items.length === 0 ? `No snapshot yet. Make one: muster task sync ${taskId} VOLUME` : snapshotsTable(result.items);
    return { json: result, text };
  });

  const save = program
    .command('snapshot')
    .description('one snapshot')
    .command('save')
    .description("downloads a snapshot's archive and checks its sha256")
    .argument('<snapshot>')
    .option('-o, --output <path>', 'file to write (default: what the server names it)');
  bind(save, async ({ download }, command) => {
    const snapshotId = idArgument(command.args[0] ?? '', 'snapshot');
    const saved = await download(`/api/snapshots/${snapshotId}`, command.opts<{ output?: string }>().output);
    return { json: { snapshotId, ...saved }, text: `Saved ${saved.path} (${saved.sizeBytes} bytes, sha256 ${saved.sha256}).` };
  });
}
