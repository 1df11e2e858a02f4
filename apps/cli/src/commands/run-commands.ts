import type { Command } from 'commander';
import { z } from 'zod';
import { closeRun } from '@muster/chain/actions/close-run';
import { createRun } from '@muster/chain/actions/create-run';
import { AppError } from '@muster/protocol/errors/app-error';
import { addressSchema, hash32Schema, httpUrlSchema } from '@muster/protocol/primitives';
import { parseRequirements } from '@muster/protocol/requirements/parse-requirements';
import { runIdArgument } from '../arguments.ts';
import { openRegistry } from '../chain-session.ts';
import type { Bind } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { runsTable, runText, type RunView } from '../output/views.ts';
import { pageText, readPaging, withPaging } from '../paging.ts';
import { readWait, withWait } from '../timeout-option.ts';
import { UsageError } from '../usage-error.ts';
import { unlessMissing, waitFor } from '../wait.ts';

const optionsSchema = z.object({
  requirements: z.string(),
  discovery: httpUrlSchema.optional(),
  master: addressSchema.optional(),
  validators: addressSchema.optional(),
  gate: addressSchema.optional(),
  quorum: z.coerce.number().refine((quorum) => Number.isInteger(quorum) && quorum >= 1 && quorum <= 255, 'expected a number from 1 to 255'),
  termsHash: hash32Schema.optional(),
});

/** `muster run create | list | show | close`. */
export function addRunCommands(program: Command, bind: Bind): void {
  const run = program.command('run').description('training runs on chain');
  addCreate(run, bind);

  bind(withPaging(run.command('list').description('your runs, newest first')), async ({ asBuyer }, command) => {
    const paging = readPaging(command);
    const page = await asBuyer((api) => api.run.list.query(paging));
    const text =
      page.items.length === 0
        ? 'You have no run yet. Create one: muster run create --requirements "cpu: 1.."'
        : pageText(runsTable(page.items), page.nextCursor);
    return { json: page, text };
  });

  bind(run.command('show').description('one run').argument('<run>'), async ({ asBuyer }, command) => {
    const runId = runIdArgument(command.args[0] ?? '');
    const view = await asBuyer((api) => api.run.get.query({ runId }));
    return { json: view, text: runText(view) };
  });

  bind(
    withWait(run.command('close').description('ends a run for good (a transaction)').argument('<run>'), 'until the master has seen it'),
    async (context, command) => {
      const runId = runIdArgument(command.args[0] ?? '');
      const wait = readWait(command);
      const { hash, receipt } = await closeRun(await openRegistry(context), { runId });
      if (wait)
        await waitForRun(context, runId, {
          ...wait,
          what: () => `the master to see that run ${runId} is closed`,
          until: (view) => view.closedAt !== null,
        });
      return {
        json: { runId, txHash: hash, blockNumber: receipt.blockNumber },
        text: `Run ${runId} is closed: ${hash} in block ${receipt.blockNumber}.`,
      };
    },
  );
}

function addCreate(run: Command, bind: Bind): void {
  const create = run
    .command('create')
    .description('publishes a run on chain (a transaction); you own it')
    .option('--requirements <text>', 'what nodes must have, such as "cpu: 8.., memory: 32GB.."; none when left out', '')
    .option('--discovery <uri>', "discovery's base URI; this server's when left out")
    .option('--master <address>', "who coordinates the run; this server's master when left out")
    .option('--validators <address>', "a validator set contract; this server's when left out")
    .option('--gate <address>', 'a gate contract that admits nodes; none when left out')
    .option('--quorum <n>', 'equal verdicts that settle a round', '1')
    .option('--terms-hash <hash>', 'hash of the terms that the run is served under');
  bind(withWait(create, 'until the master has seen it'), async (context, command) => {
    const options = readOptions(command);
    const wait = readWait(command);
    const info = await context.masterInfo();
    const { requirements, quorum, gate, termsHash } = options;
    const sent = await createRun(await openRegistry(context), {
      master: options.master ?? info.address,
      validators: options.validators ?? info.validatorSet,
      discoveryUri: options.discovery ?? info.discoveryUri,
      requirements,
      quorum,
      ...(gate === undefined ? {} : { gate }),
      ...(termsHash === undefined ? {} : { termsHash }),
    });
    const { runId, hash, receipt } = sent;
    if (wait) await waitForRun(context, runId, { ...wait, what: () => `the master to see run ${runId}`, until: () => true });
    const text = `Run ${runId}: ${hash} in block ${receipt.blockNumber}.\nMiners join it with MUSTER_RUN_ID=${runId}. See: muster nodes ${runId}`;
    return { json: { runId, txHash: hash, blockNumber: receipt.blockNumber }, text };
  });
}

/** Checked before anything is signed: the contract takes any text as requirements, and no miner could read a wrong one. */
function readOptions(command: Command) {
  const parsed = optionsSchema.safeParse(command.opts());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(
      `--${String(issue?.path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${issue?.message}.`,
      'See: muster run create --help',
    );
  }
  const requirements = parseRequirements(parsed.data.requirements);
  if (requirements.ok) return parsed.data;
  const { message, at, hint } = requirements.error;
  const marked = `${parsed.data.requirements}\n${' '.repeat(at.start)}${'^'.repeat(Math.max(1, at.end - at.start))}`;
  throw new AppError('REQUIREMENTS_INVALID', { publicMessage: `${message}\n${marked}`, hint, data: { at } });
}

async function waitForRun(
  { asBuyer, io }: CommandContext,
  runId: string,
  given: { timeoutMs: number; what: () => string; until: (view: RunView) => boolean },
): Promise<RunView> {
  const look = async (): Promise<RunView | null> => {
    const view = await unlessMissing(() => asBuyer((api) => api.run.get.query({ runId })));
    return view !== null && given.until(view) ? view : null;
  };
  return waitFor({ io, timeoutMs: given.timeoutMs, what: given.what, look });
}
