import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../env.ts';
import { listSettings } from './list-settings.ts';
import { mergeSettings } from './merge-settings.ts';
import { parseConfigFile } from './parse-config-file.ts';
import { effectiveSettings, settingsMarkdown } from './render-settings.ts';
import { SettingsError } from './settings-error.ts';

const settings = listSettings(settingsSchema);
const fileOf = (text: string) => parseConfigFile(text, { path: 'config.yaml', settings });
const merge = (input: Partial<Parameters<typeof mergeSettings>[1]>) => mergeSettings(settingsSchema, { env: {}, ...input });

function problemsOf(input: Partial<Parameters<typeof mergeSettings>[1]>): string {
  try {
    merge(input);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

describe('the settings of the agent', () => {
  it('have a flag and a file key each, one of a kind, and say what they are for', () => {
    for (const { variable, notes } of settings) {
      expect(notes.about, `${variable} needs .register(settingNotes, { about: … }) at its end in env.ts`).not.toBe('');
    }
    expect(new Set(settings.map(({ fileKey }) => fileKey)).size).toBe(settings.length);
    expect(settings.find(({ variable }) => variable === 'MUSTER_RUN_ID')).toMatchObject({ fileKey: 'runId', flag: '--run-id' });
    expect(settings.find(({ variable }) => variable === 'DOCKER_HOST')).toMatchObject({ fileKey: 'dockerHost', flag: '--docker-host' });
  });

  it('have examples that they take', () => {
    for (const { variable, notes } of settings) {
      if (notes.example === undefined) continue;
      expect(merge({ env: { [variable]: notes.example } }).sources.get(variable)).toEqual({ kind: 'variable' });
    }
  });

  it('stand in README.md as `config list --markdown` prints them', async () => {
    const readme = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
    expect(readme).toContain(settingsMarkdown(settings));
  });
});

describe('where a setting comes from', () => {
  const file = fileOf('listenPort: 1\nrunId: 3\nlogLevel: warn');

  it('takes flags before variables before the file before defaults', () => {
    const { values, sources } = merge({ flags: { MUSTER_LISTEN_PORT: '3' }, env: { MUSTER_LISTEN_PORT: '2', MUSTER_RUN_ID: '2' }, file });
    expect(values).toMatchObject({ MUSTER_LISTEN_PORT: 3, MUSTER_RUN_ID: '2', MUSTER_LOG_LEVEL: 'warn', MUSTER_LISTEN_HOST: '::' });
    expect(sources.get('MUSTER_LOG_LEVEL')).toEqual({ kind: 'file', path: 'config.yaml', line: 3 });
    expect(sources.get('MUSTER_LISTEN_HOST')).toEqual({ kind: 'default' });
  });

  it('takes an empty value for none', () => {
    expect(
      merge({ flags: { MUSTER_RUN_ID: '' }, env: { MUSTER_RUN_ID: '' }, file: fileOf('runId:\n') }).values.MUSTER_RUN_ID,
    ).toBeUndefined();
  });

  it('shows all of it without the keys, and an RPC without its access key', () => {
    const key = `0x${'ab'.repeat(32)}`;
    const input = { env: { MUSTER_NODE_KEY: key, MUSTER_RPC_URL: 'https://rpc.example/v2/s3cret' }, file };
    const shown = effectiveSettings(settings, merge(input));
    expect(shown).toContainEqual({ name: 'runId', value: '3', source: 'config.yaml:2' });
    expect(shown).toContainEqual({ name: 'rpcUrl', value: 'https://rpc.example/(hidden)', source: 'MUSTER_RPC_URL' });
    expect(JSON.stringify(shown)).not.toMatch(/abab|s3cret/);
  });
});

describe('what is wrong with a setting', () => {
  it('is said with its place, what was expected and an example, and never repeats a value', () => {
    const message = problemsOf({
      flags: { MUSTER_ENDPOINT: 'hunter2' },
      env: { MUSTER_LISTEN_PORT: 'hunter2' },
      file: fileOf('\nlogLevel: hunter2'),
    });
    expect(message).toMatch(/--endpoint: expected relay, or a URL.*Example: --endpoint http:/);
    expect(message).toMatch(/MUSTER_LISTEN_PORT: .*Example: MUSTER_LISTEN_PORT=7700/);
    expect(message).toMatch(/config\.yaml:2: logLevel: expected trace.*Example: logLevel: info/);
    expect(message).not.toContain('hunter2');
  });

  it('is an unknown key in the file, with the one that was meant', () => {
    const message = problemsOf({ file: fileOf('runid: 1\nMUSTER_LISTEN_PORT: 2\nlog-level: info\ncolour: red') });
    expect(message).toMatch(/config\.yaml:1: runid: is no setting; did you mean `runId`/);
    expect(message).toMatch(/config\.yaml:2: .*did you mean `listenPort`/);
    expect(message).toMatch(/config\.yaml:3: .*did you mean `logLevel`/);
    expect(message).toMatch(/config\.yaml:4: colour: is no setting; `muster-miner config list`/);
  });

  it('is a private key in the file, with the reason', () => {
    const message = problemsOf({ file: fileOf(`nodeKey: 0x${'ab'.repeat(32)}`) });
    expect(message).toMatch(/config\.yaml:1: nodeKey: a private key does not belong .* Example: nodeKeyFile: /);
    expect(message).not.toContain('abab');
  });

  it.each([
    ['- a\n- b', /config\.yaml:1: expected one setting per line/],
    ['runId: 1\nrunId: 2', /config\.yaml:2: .*unique/],
    ['runId: [1, 2]', /config\.yaml:1: runId: expected a single value/],
    ['runId: "1', /config\.yaml:1: .*quote/],
    ['just text', /config\.yaml:1/],
  ])('is a file that is no map of settings: %j', (text, expected) => expect(problemsOf({ file: fileOf(text) })).toMatch(expected));

  it('is none in an empty file, or one of comments', () => {
    expect(problemsOf({ file: fileOf('') })).toBe('');
    expect(problemsOf({ file: fileOf('# nothing yet\n') })).toBe('');
  });
});

it('reads an address and a number as they were written', () => {
  const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
  const { values } = merge({ file: fileOf(`provider: ${address}\nlogSpoolBytes: 9007199254740991\nstopContainersOnExit: true`) });
  expect(values).toMatchObject({
    MUSTER_PROVIDER: address,
    MUSTER_LOG_SPOOL_BYTES: 9007199254740991,
    MUSTER_STOP_CONTAINERS_ON_EXIT: true,
  });
});
