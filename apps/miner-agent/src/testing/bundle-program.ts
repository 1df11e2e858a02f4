import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface BundledProgram {
  file: string;
  remove(): Promise<void>;
}

const workspace = fileURLToPath(new URL('../..', import.meta.url));
const bundler = join(workspace, '../../tooling/scripts/bundle.mjs');

/** A program of this workspace in one file, as it is installed: from its sources every start costs two seconds of processor time. */
export async function bundleProgram(entry: string): Promise<BundledProgram> {
  // Within the workspace, where native modules are found: they stay outside of a bundle.
  const folder = join(workspace, '.cache', `test-${randomUUID()}`);
  const file = join(folder, 'main.js');
  await promisify(execFile)(process.execPath, [bundler, entry, `--to=${file}`], { cwd: workspace });
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
