import type { AllocationRow } from '@muster/db/rows';
import { ERROR_CODES } from '@muster/protocol/errors/codes';
import { z } from 'zod';
import type { Settings } from '../../app/deps.ts';
import { inWords } from './in-words.ts';

export type OverdueError = { code: 'START_TIMED_OUT'; message: string; hint: string };

const CAME_TO: Readonly<Record<string, string>> = {
  Pulling: 'while its image was pulled',
  Starting: 'while its container was started',
};

/** Why an allocation that did not get on is ended, with what its node said last. */
export function overdueError(
  { phase, error }: Pick<AllocationRow, 'phase' | 'error'>,
  { startWithinMs }: Pick<Settings, 'startWithinMs'>,
): OverdueError {
  const said = saidSchema.safeParse(error);
  const last = said.success ? `; its node last said ${said.data.code}: ${said.data.message}` : '';
  const message = `Nothing came of it for ${inWords(startWithinMs)} ${CAME_TO[phase] ?? 'after it was placed'}${last}`;
  return { code: 'START_TIMED_OUT', message, hint: ERROR_CODES.START_TIMED_OUT.hint };
}

const saidSchema = z.object({ code: z.string(), message: z.string() });
