import { describe, expect, it } from 'vitest';
import { whatItSaid } from './what-it-said.ts';

const started = 'Started muster-miner.service - Muster miner agent.';
const exited = 'muster-miner.service: Main process exited, code=exited, status=1/FAILURE';
const result = "muster-miner.service: Failed with result 'exit-code'.";

describe('the last words of the service', () => {
  it('are those of the agent, without its log', () => {
    const log = JSON.stringify({ level: 50, event: 'failed', code: 'KEY_INVALID' });
    const words = ['KEY_INVALID: There is no provider key at /x', '  hint: Put a key there.'];
    expect(whatItSaid([started, log, ...words, log, exited, result])).toBe(words.map((line) => `  ${line}`).join('\n'));
  });

  it('are those of systemd, when it could not start it', () => {
    const locate = 'muster-miner.service: Failed to locate executable /home/a/bin/muster-miner: Permission denied';
    const step = 'muster-miner.service: Failed at step EXEC spawning /home/a/bin/muster-miner: Permission denied';
    expect(whatItSaid([started, locate, step, exited, result])).toBe(`  ${locate}\n  ${step}`);
  });

  it('are whatever there is, when nothing explains it', () => {
    expect(whatItSaid([started, '{}', exited, result])).toBe(`  {}\n  ${exited}\n  ${result}`);
  });
});
