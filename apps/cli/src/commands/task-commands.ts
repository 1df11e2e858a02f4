import type { Command } from 'commander';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import { parseImageReference } from '@muster/protocol/images/image-reference';
import { chooseRun, idArgument } from '../arguments.ts';
import type { Bind } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { tasksTable, taskText, type TaskView } from '../output/views.ts';
import { pageText, readPaging, withPaging } from '../paging.ts';
import { readSpec } from '../read-spec.ts';
import { requireTrusted } from '../registry-auth/require-trusted.ts';
import { sealForNodes } from '../registry-auth/seal-for-nodes.ts';
import { readWait, withWait } from '../timeout-option.ts';
import { waitFor } from '../wait.ts';

const ENDED = new Set(['Succeeded', 'Failed', 'Cancelled']);
const RUN_ARGUMENT = ['[run]', 'run id; your only open run when left out'] as const;

/** `muster task create | seal | list | show | stop | restart | inspect | sync`. */
export function addTaskCommands(program: Command, bind: Bind): void {
  const task = program.command('task').description('containers that run on the nodes of a run');
  addCreate(task, bind);
  addSeal(task, bind);

  bind(
    withPaging(
      task
        .command('list')
        .description('the tasks of a run, newest first')
        .argument(...RUN_ARGUMENT),
    ),
    async (context, command) => {
      const paging = readPaging(command);
      const runId = await chooseRun(context, firstArgument(command));
      const page = await context.asBuyer((api) => api.task.list.query({ runId, ...paging }));
      const text =
        page.items.length === 0
          ? `Run ${runId} has no task yet. Create one: muster task create ${runId} -f spec.yaml`
          : pageText(tasksTable(page.items), page.nextCursor);
      return { json: page, text };
    },
  );

  bind(task.command('show').description('one task with its allocations').argument('<task>'), async ({ asBuyer }, command) => {
    const taskId = idArgument(firstArgument(command) ?? '', 'task');
    return shown(await asBuyer((api) => api.task.get.query({ taskId })));
  });

  bind(
    withWait(
      task.command('stop').description('ends a task gracefully: SIGTERM, its grace period, SIGKILL').argument('<task>'),
      'until it has ended',
    ),
    async (context, command) => {
      const taskId = idArgument(firstArgument(command) ?? '', 'task');
      const wait = readWait(command);
      const stopped = await context.asBuyer((api) => api.task.stop.mutate({ taskId }));
      return shown(wait ? await waitForPhase(context, taskId, { ...wait, phases: ENDED }) : stopped);
    },
  );

  bind(
    task.command('restart').description("restarts a task's containers where they are").argument('<task>'),
    async ({ asBuyer }, command) => {
      const taskId = idArgument(firstArgument(command) ?? '', 'task');
      return shown(await asBuyer((api) => api.task.restart.mutate({ taskId })));
    },
  );

  bind(
    task.command('inspect').description('has the node look at a container now').argument('<allocation>'),
    async ({ asBuyer }, command) => {
      const allocationId = idArgument(firstArgument(command) ?? '', 'allocation');
      const result = await asBuyer((api) => api.task.inspect.mutate({ allocationId }));
      const { phase, node } = result.allocation;
      return {
        json: result,
        text: result.acknowledged ? `${node} answered: ${phase}.` : `${node} has not answered yet; last known: ${phase}.`,
      };
    },
  );

  bind(
    task.command('sync').description("copies a volume's present state into the blob store").argument('<task>').argument('<volume>'),
    async ({ asBuyer }, command) => {
      const [given, volume] = command.processedArgs as [string, string];
      const taskId = idArgument(given, 'task');
      const result = await asBuyer((api) => api.task.sync.mutate({ taskId, volume }));
      return { json: result, text: `Syncing as ${result.snapshotIds.join(', ')}. See: muster snapshots ${taskId}` };
    },
  );
}

const REGISTRY_AUTH = [
  '--registry-auth <file>',
  "credentials for the image's registry, sealed here to the run's nodes: a JSON file, Docker's config.json, or env",
] as const;

function addSeal(task: Command, bind: Bind): void {
  const command = task
    .command('seal')
    .description("seals registry credentials for a task to the run's nodes as they are now, those that joined later included")
    .argument('<task>')
    .requiredOption(...REGISTRY_AUTH);
  bind(command, async (context, given) => {
    const taskId = idArgument(firstArgument(given) ?? '', 'task');
    const task = await context.asBuyer((api) => api.task.get.query({ taskId }));
    const nodes = await seal(context, task, given.opts<{ registryAuth: string }>().registryAuth);
    return { json: { taskId, nodes }, text: `Sealed to ${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}: ${nodes.join(', ')}` };
  });
}

/** Returns the nodes that can open them. */
async function seal(context: CommandContext, task: TaskView, from: string): Promise<string[]> {
  if (task.spec === null) throw new AppError('TASK_SPEC_UNREADABLE');
  const { domain } = unwrap(parseImageReference(task.spec.image));
  return (await sealForNodes(context, task, await context.registryAuth(from, domain))).map(({ node }) => node);
}

/** `image` is all that a task must say; cli.test.ts has the parser read it. */
export const EXAMPLE_TASK = `image: busybox:1.37
command: [sh, -c, "echo hello; date > /data/at"]
resources: { cpu: 1, memory: 512MiB, disk: 2GB }
volumes: [{ name: data, path: /data }]
restart: { policy: on-failure, maxRetries: 3 }
timeout: 1h
`;

const EXAMPLE = `
A task spec, of which image is all that it must say:
${EXAMPLE_TASK.replaceAll(/^(?=.)/gm, '  ')}
Every field: packages/protocol/schemas/task-spec.json, which helps editors too.`;

function addCreate(task: Command, bind: Bind): void {
  const create = task
    .command('create')
    .description('runs a container on the nodes of a run')
    .argument(...RUN_ARGUMENT)
    .requiredOption('-f, --file <path>', 'task spec in YAML or JSON; - reads standard input')
    .option('--idempotency-key <key>', 'the same key in the same run answers with the task that it made first')
    .option(...REGISTRY_AUTH)
    .addHelpText('after', EXAMPLE);
  bind(withWait(create, 'until it runs or has ended'), async (context, command) => {
    const { file, idempotencyKey, registryAuth } = command.opts<{ file: string; idempotencyKey?: string; registryAuth?: string }>();
    const spec = await readSpec(file, context.io);
    const runId = await chooseRun(context, firstArgument(command));
    const wait = readWait(command);
    // Before there is a task that waits for what cannot be sealed.
    if (registryAuth !== undefined) requireTrusted(await context.masterInfo(), context.options);
    const created = await context.asBuyer((api) =>
      api.task.create.mutate({
        runId,
        spec,
        needsCredentials: registryAuth !== undefined,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      }),
    );
    if (registryAuth !== undefined) await seal(context, created, registryAuth);
    if (!wait) return shown(created);
    const reached = await waitForPhase(context, created.taskId, { ...wait, phases: new Set([...ENDED, 'Running']), settled: runsOrEnded });
    if (reached.phase === 'Failed') throw failed(reached);
    return shown(reached);
  });
}

/** A task may still be called Running for a moment after its only container has failed. */
const runsOrEnded = (task: TaskView): boolean => task.phase !== 'Running' || task.allocations.some(({ phase }) => phase === 'Running');

const firstArgument = (command: Command): string | undefined => command.args[0];

const shown = (task: TaskView) => ({ json: task, text: taskText(task) });

interface PhaseWait {
  timeoutMs: number;
  phases: ReadonlySet<string>;
  settled?: (task: TaskView) => boolean;
}

async function waitForPhase(
  { asBuyer, io }: CommandContext,
  taskId: string,
  { timeoutMs, phases, settled = () => true }: PhaseWait,
): Promise<TaskView> {
  let last = '';
  const look = async (): Promise<TaskView | null> => {
    const task = await asBuyer((api) => api.task.get.query({ taskId }));
    last = task.phase;
    return phases.has(task.phase) && settled(task) ? task : null;
  };
  return waitFor({ io, timeoutMs, look, what: () => `task ${taskId} to be ${[...phases].join(' or ')} (it is ${last})` });
}

/** The reason of the container that failed, as the node gave it. */
function failed(task: TaskView): AppError {
  const cause = task.allocations.find(({ error }) => error !== null)?.error;
  const known = cause && AppError.fromWire({ ...cause, hint: cause.hint ?? '', docsUrl: '', data: { taskId: task.taskId } });
  return (
    known ??
    new AppError('CONTAINER_EXITED', {
      publicMessage: `Task ${task.taskId} failed: ${cause?.message ?? task.phaseReason ?? 'no reason given'}`,
      data: { taskId: task.taskId },
    })
  );
}
