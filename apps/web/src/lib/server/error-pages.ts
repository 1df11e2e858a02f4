import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ErrorCode } from '@muster/protocol/errors/codes';

/** The app is started from the repository's root, from its own folder, or from a folder beside it. */
const ROOTS = ['.', '..', '../..'];

/** The page of docs/errors about a code, as Markdown; null where the docs were not shipped. `code` is one of our table, so it is no path. */
export async function readErrorPage(code: ErrorCode): Promise<string | null> {
  for (const root of ROOTS) {
    const text = await readFile(join(/* turbopackIgnore: true */ process.cwd(), root, 'docs', 'errors', `${code}.md`), 'utf8').catch(
      () => null,
    );
    if (text !== null) return text;
  }
  return null;
}
