import { afterEach, expect, it, vi } from 'vitest';
import { isMissing, isTimedOut, runTool } from './run-tool.ts';

afterEach(() => vi.unstubAllEnvs());

it('gives a program the path and a language that can be read, and nothing else that the agent knows', async () => {
  vi.stubEnv('MUSTER_KEY_PASSPHRASE', 'secret');
  const { code, stdout } = await runTool('env', []);
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect([code, names.toSorted()]).toEqual([0, ['LC_ALL', 'PATH']]);
});

it('hands over what is to be read, and says what went wrong', async () => {
  expect(await runTool('cat', [], { input: 'rules' })).toEqual({ code: 0, stdout: 'rules', stderr: '' });
  expect((await runTool('sh', ['-c', 'echo no >&2; exit 3'])).code).toBe(3);
  expect(isMissing(await runTool('muster-no-such-program', []))).toBe(true);
});

it('gives up what does not end, and whatever it has left behind', async () => {
  const result = await runTool('sh', ['-c', 'echo begun; sleep 3 & wait'], { timeoutMs: 200 });
  expect(isTimedOut(result)).toBe(true);
});
