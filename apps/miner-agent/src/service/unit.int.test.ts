import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, runTool } from '../adapters/host/run-tool.ts';
import { renderUnit, UNIT_NAME } from './unit.ts';

let directory: TempDir;
beforeAll(async () => (directory = await createTempDir('muster-unit')));
afterAll(() => directory.remove());

/** systemd's own judgement, where it is installed; elsewhere nobody will install the unit either. */
async function analyze(args: string[]) {
  const result = await runTool('systemd-analyze', args, { timeoutMs: 30_000 });
  return isMissing(result) ? null : result;
}

describe.each([null, 'root'])('the unit with user %s', (user) => {
  it('is accepted by systemd, and leaves little exposed', async () => {
    const program = join(directory.path, 'bin', 'muster-miner');
    await mkdir(dirname(program), { recursive: true });
    await writeFile(program, '#!/bin/sh\n');
    await chmod(program, 0o755);
    const file = join(directory.path, UNIT_NAME);
    const place = { program, nodeDirectory: dirname(process.execPath), configFile: '/etc/muster.yaml', dataDir: directory.path };
    await writeFile(file, renderUnit({ ...place, user }));
    const verified = await analyze(['verify', file]);
    if (verified === null) return;
    expect(verified.stderr.split('\n').filter((line) => line.includes(UNIT_NAME))).toEqual([]);
    const security = await analyze(['security', '--offline=true', '--threshold=50', file]);
    expect(security?.stdout).toMatch(/Overall exposure level for muster-miner\.service: [0-4]\.\d/);
  });
});
