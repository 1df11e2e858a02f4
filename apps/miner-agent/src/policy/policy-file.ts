import { readFile, stat } from 'node:fs/promises';
import { AppError } from '@muster/protocol/errors/app-error';
import { every } from '@muster/runtime/poll';
import type { Logger } from '@muster/runtime/logger';
import { parsePolicy, type PolicyMistake } from './parse-policy.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';

export interface PolicySource {
  path: string;
  /** False for the default place, where there need not be one. */
  isRequired: boolean;
}

/** The owner's policy as it is now. */
export interface PolicyBook {
  current(): Policy;
  /** Reads the file again; a broken one leaves the policy as it was, and says so. */
  reload(): Promise<void>;
  /** Reloads whenever the file changes, until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

const LOOK_MS = 2_000;

/** Throws CONFIG_INVALID with every mistake in the file: an agent that does not know what it may do does nothing. */
export async function readPolicy({ path, isRequired }: PolicySource): Promise<{ policy: Policy; isDefault: boolean }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !isRequired) return null;
    const problem = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code ?? error.message})`;
    throw new AppError('CONFIG_INVALID', {
      publicMessage: `The policy file ${path} ${problem}`,
      hint: 'Create it (docs/operations/policy.md shows one), or let MUSTER_POLICY_FILE name another.',
      cause: error,
    });
  });
  if (text === null) return { policy: DEFAULT_POLICY, isDefault: true };
  const parsed = parsePolicy(text);
  if (parsed.ok) return { policy: parsed.value, isDefault: false };
  throw new AppError('CONFIG_INVALID', {
    publicMessage: parsed.error.map((mistake) => describeMistake(path, mistake)).join('\n'),
    hint: 'docs/operations/policy.md lists every rule; `muster-miner doctor` checks the file.',
  });
}

const describeMistake = (file: string, { path, line, expected, example }: PolicyMistake): string =>
  `${file}${line === null ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${expected}${expected.endsWith('?') ? '' : '.'} Example: ${example}`;

export async function openPolicyBook(source: PolicySource, logger: Logger): Promise<PolicyBook> {
  const first = await readPolicy(source);
  let { policy } = first;
  let wasThere = !first.isDefault;
  let seen = await markOf(source.path);
  if (wasThere) logger.info({ event: 'policy.loaded', file: source.path }, "the owner's policy is in force");

  async function reload(): Promise<void> {
    seen = await markOf(source.path);
    try {
      // Once there was one, its absence is a mistake, not leave to do anything.
      const next = await readPolicy({ ...source, isRequired: source.isRequired || wasThere });
      wasThere ||= !next.isDefault;
      policy = next.policy;
      logger.info({ event: 'policy.loaded', file: source.path }, "the owner's policy is in force, as it now stands");
    } catch (err) {
      const message = err instanceof AppError ? err.publicMessage : String(err);
      logger.error({ event: 'policy.invalid', file: source.path, err }, `the policy before stays in force: ${message}`);
    }
  }

  return {
    current: () => policy,
    reload,
    follow: (signal) =>
      every(LOOK_MS, async () => ((await markOf(source.path)) === seen ? undefined : reload()), {
        signal,
        onError: (err) => logger.warn({ event: 'policy.invalid', err }, 'the policy file cannot be looked at'),
      }),
  };
}

/** What changes when somebody writes the file, or puts another in its place. */
const markOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`,
    () => 'none',
  );
