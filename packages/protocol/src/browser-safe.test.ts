import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Where a bundler for browsers ends up from an entry: its inputs, or the import that it cannot resolve. */
async function bundle(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
}

it.each([
  './primitives.ts',
  './canonical-json.ts',
  './capabilities.ts',
  './errors/app-error.ts',
  './errors/codes.ts',
  './errors/zod-error.ts',
  './requirements/parse-requirements.ts',
  './requirements/meets-requirements.ts',
  './task-spec/parse-task-spec.ts',
  './messages/node-consent.ts',
  './messages/frames.ts',
  './messages/encryption-key-statement.ts',
  './images/registry-credentials.ts',
  './messages/log-frames.ts',
  './messages/order-body.ts',
  './messages/sign-with-retry.ts',
])('%s runs in a browser: neither Node nor the native library is reached', async (entry) => {
  const inputs = await bundle(entry);
  expect(inputs.length).toBeGreaterThan(0);
  expect(
    inputs.filter(
      (path) =>
        /node_modules\/.*\bsecp256k1@?5|\/secp256k1\/(bindings|index)|native-secp256k1\.ts$/.test(path) && !path.includes('no-native'),
    ),
  ).toEqual([]);
});

it('crypto/mac.ts does not, which shows that the check can fail', async () => {
  await expect(bundle('./crypto/mac.ts')).rejects.toThrow('node:crypto');
});
