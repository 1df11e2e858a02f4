import { runIdSchema, uuidSchema, addressSchema } from '@muster/protocol/primitives';
import type { z } from 'zod';
import type { CommandContext } from './context.ts';
import { UsageError } from './usage-error.ts';

interface Expected<T> {
  schema: z.ZodType<T>;
  what: string;
  example: string;
  /** The command that shows some. */
  see?: string;
}

const checked = <T>(value: string, { schema, what, example, see }: Expected<T>): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `"${value.slice(0, 80)}" is not ${what}.`,
    `For example: ${example}.${see === undefined ? '' : ` To see yours: ${see}`}`,
  );
};

export const runIdArgument = (value: string): string =>
  checked(value, { schema: runIdSchema, what: 'a run id', example: '1', see: 'muster run list' });
export const addressArgument = (value: string) =>
  checked(value, { schema: addressSchema, what: 'an address', example: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' });

const SHOWN_BY = {
  task: 'muster task list',
  allocation: 'muster task show TASK',
  'task or allocation': 'muster task list',
  snapshot: 'muster snapshots TASK',
};

export const idArgument = (value: string, of: keyof typeof SHOWN_BY): string =>
  checked(value, {
    schema: uuidSchema,
    what: `the id of ${of === 'allocation' ? 'an' : 'a'} ${of}`,
    example: '3b241101-e2bb-4255-8caf-4136c566a962',
    see: SHOWN_BY[of],
  });

/** The run that was named, or the wallet's only open one. */
export async function chooseRun(context: CommandContext, named: string | undefined): Promise<string> {
  if (named !== undefined) return runIdArgument(named);
  const { items } = await context.asBuyer((api) => api.run.list.query({ limit: 50 }));
  const open = items.filter((run) => run.status === 'open');
  const [only] = open;
  if (only && open.length === 1) return only.runId;
  if (!only) throw new UsageError('You have no open run.', 'Create one: muster run create --requirements "cpu: 1.."');
  throw new UsageError(
    `Which run? You have ${open.length} open ones: ${open.map((run) => run.runId).join(', ')}.`,
    'Name it: the run id comes first.',
  );
}
