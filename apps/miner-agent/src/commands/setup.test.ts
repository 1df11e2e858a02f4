import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnv, settingsSchema } from '../env.ts';
import { configText } from '../settings/config-text.ts';
import { listSettings } from '../settings/list-settings.ts';
import { mergeSettings } from '../settings/merge-settings.ts';
import { parseConfigFile } from '../settings/parse-config-file.ts';
import { askForSettings } from './setup.ts';
import type { Terminal } from './terminal.ts';

/** Answers one question after the other; an empty answer takes the guess, as at a terminal. */
function setup(answers: string[]) {
  const asked: string[] = [];
  const terminal: Terminal = {
    isInteractive: true,
    ask: async (question, guess = '') => {
      asked.push(question);
      const answer = answers.shift();
      if (answer === undefined) throw new Error(`not expected: ${question}`);
      return answer || guess;
    },
    confirm: async () => true,
  };
  return { asked, ask: () => askForSettings(terminal, readEnv({})) };
}

describe('the first run', () => {
  it('asks for the run and the provider, and guesses the rest', async () => {
    const { asked, ask } = setup(['7', '', '', '/etc/provider.key', '']);
    expect(await ask()).toEqual({ runId: '7', chainId: '31337', rpcUrl: 'http://127.0.0.1:8545', providerKeyFile: '/etc/provider.key' });
    expect(asked).toHaveLength(5);
  });

  it('asks again for what does not fit, and for what it must have', async () => {
    const provider = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
    const { ask } = setup(['seven', '', '7', '42161', 'no url', 'https://rpc.example/v2/key', '', '0x12', provider, '', 'relay']);
    expect(await ask()).toEqual({ runId: '7', chainId: '42161', rpcUrl: 'https://rpc.example/v2/key', provider, endpoint: 'relay' });
  });

  it('writes the whole path of the key, wherever it is read from', async () => {
    const { ask } = setup(['7', '', '', 'provider.key', '']);
    expect(await ask()).toMatchObject({ providerKeyFile: resolve('provider.key') });
  });

  it('writes a file that says the same when it is read', async () => {
    const answers = {
      runId: '7',
      provider: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      rpcUrl: 'https://rpc.example/#a: b',
      dataDir: '/srv/my data',
    };
    const file = parseConfigFile(configText(answers), { path: 'config.yaml', settings: listSettings(settingsSchema) });
    const { values } = mergeSettings(settingsSchema, { env: {}, file });
    expect(values).toMatchObject({
      MUSTER_RUN_ID: '7',
      MUSTER_PROVIDER: answers.provider,
      MUSTER_RPC_URL: answers.rpcUrl,
      MUSTER_DATA_DIR: '/srv/my data',
    });
  });
});
