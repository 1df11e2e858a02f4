import { copyFile, readFile, rename, rm, stat } from 'node:fs/promises';
import { writeFileAtomic } from '@muster/runtime/atomic-file';

/**
 * Anvil writes its state file in place, so a kill in the middle leaves half of it, and Anvil then refuses to start.
 * Hence a second copy, replaced as a whole and only by a complete state.
 */
const backupOf = (statePath: string): string => `${statePath}.bak`;

export type StateRecovery = 'none' | 'intact' | 'recovered';

/** Makes sure that what Anvil will load is complete. Throws when both copies are broken. */
export async function recoverState(statePath: string): Promise<StateRecovery> {
  const text = await readIfAny(statePath);
  if (text !== null && isComplete(text)) return 'intact';
  const backup = await readIfAny(backupOf(statePath));
  if (backup !== null && isComplete(backup)) {
    if (text !== null) await rename(statePath, `${statePath}.broken`);
    await copyFile(backupOf(statePath), statePath);
    return 'recovered';
  }
  if (text === null) return 'none';
  throw new Error(`The dev chain's state at ${statePath} is damaged and has no good copy. Run \`npm run reset\` to start a new chain.`);
}

/** Copies the state aside when it has changed since `lastMtimeMs` and is complete. Returns the time of the newest copy. */
export async function backUpState(statePath: string, lastMtimeMs: number): Promise<number> {
  const info = await stat(statePath).catch(() => null);
  if (!info || info.mtimeMs === lastMtimeMs) return lastMtimeMs;
  const text = await readIfAny(statePath);
  // Half-written at this moment: the next turn will see the rest.
  if (text === null || !isComplete(text)) return lastMtimeMs;
  await writeFileAtomic(backupOf(statePath), text);
  return info.mtimeMs;
}

export async function removeState(statePath: string): Promise<void> {
  for (const path of [statePath, backupOf(statePath), `${statePath}.broken`, `${statePath}.pid`]) await rm(path, { force: true });
}

async function readIfAny(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function isComplete(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
