import type { Command } from 'commander';
import { uuidArgument } from '../arguments.ts';
import type { Bind } from '../command.ts';
import { snapshotsTable } from '../output/views.ts';

/** `muster snapshots`. */
export function addSnapshotCommands(program: Command, bind: Bind): void {
  const snapshots = program.command('snapshots').description("synced states of a task's volumes, newest first").argument('<task>');
  bind(snapshots, async ({ asBuyer }, command) => {
    const taskId = uuidArgument(command.args[0] ?? '');
    const result = await asBuyer((api) => api.snapshot.list.query({ taskId }));
    const text = result.items.length === 0 ? `No snapshot yet. Make one: muster task sync ${taskId} VOLUME` : snapshotsTable(result.items);
    return { json: result, text };
  });
}
