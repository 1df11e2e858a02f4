import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegistryAuth } from './read-registry-auth.ts';

let directory: TempDir;
beforeAll(async () => (directory = await createTempDir('registry-auth')));
afterAll(() => directory.remove());

const none = { username: undefined, password: undefined };
async function read(content: unknown, registry: string) {
  const from = join(directory.path, 'auth.json');
  await writeFile(from, typeof content === 'string' ? content : JSON.stringify(content));
  return readRegistryAuth({ from, env: none }, registry);
}
const auth = Buffer.from('buyer:pass:word').toString('base64');

describe('readRegistryAuth', () => {
  it('reads a plain file, the environment, and what docker login keeps', async () => {
    const expected = { username: 'buyer', password: 'pass:word' };
    expect(await read(expected, 'ghcr.io')).toEqual({ registry: 'ghcr.io', ...expected });
    expect(await read({ auths: { 'ghcr.io': { auth } } }, 'ghcr.io')).toEqual({ registry: 'ghcr.io', ...expected });
    const hub = { auths: { 'https://index.docker.io/v1/': { auth } } };
    expect(await read(hub, 'docker.io')).toEqual({ registry: 'docker.io', ...expected });
    expect(await readRegistryAuth({ from: 'env', env: expected }, 'ghcr.io')).toEqual({ registry: 'ghcr.io', ...expected });
  });

  it('says what it expects, and never what it found', async () => {
    await expect(read('{"password": "pass', 'ghcr.io')).rejects.toThrow(/holds no credentials/);
    await expect(read({ auths: { 'ghcr.io': { auth } } }, 'quay.io')).rejects.toThrow(/has no credentials for quay.io/);
    await expect(read({ password: '' }, 'ghcr.io')).rejects.not.toThrow(/pass:word/);
    await expect(readRegistryAuth({ from: 'env', env: none }, 'ghcr.io')).rejects.toThrow(/MUSTER_REGISTRY_PASSWORD/);
    await expect(readRegistryAuth({ from: '/nowhere', env: none }, 'ghcr.io')).rejects.toThrow(/cannot be read/);
  });
});
