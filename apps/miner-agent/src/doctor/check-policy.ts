import { AppError } from '@muster/protocol/errors/app-error';
import { readPolicy, type PolicySource } from '../policy/policy-file.ts';
import { failed, passed, type Check } from './check.ts';

/** Reads the owner's policy as the agent will. */
export async function checkPolicy(source: PolicySource): Promise<Check> {
  try {
    const { isDefault } = await readPolicy(source);
    return passed('policy', isDefault ? `no policy file at ${source.path}: everything is allowed but root` : `${source.path} is in order`);
  } catch (error) {
    if (error instanceof AppError) return failed('policy', error.publicMessage, error.hint);
    throw error;
  }
}
