import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

const runs = new URL('./run.mjs', import.meta.url).href;
const child = `process.on('SIGTERM', () => process.exit(7)); console.log('ready'); setInterval(() => {}, 1000)`;
const parent = `
  import { run } from ${JSON.stringify(runs)};
  process.on('SIGTERM', () => {});
  const { code } = await run(process.execPath, ['-e', ${JSON.stringify(child)}], { inherit: true });
  process.exitCode = code;`;

it('passes on to a command at the terminal what a supervisor tells its parent alone', async () => {
  const command = spawn(process.execPath, ['--input-type=module', '-e', parent], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(command.stdout, 'data');
  command.kill('SIGTERM');
  expect(await once(command, 'exit')).toEqual([7, null]);
});
