// Bundles one program of the workspace into dist/main.js: `node ../../tooling/scripts/bundle.mjs src/main.ts [external…]`.
// Workspace packages are TypeScript sources, so they are bundled in; native modules stay outside.
import { build } from 'esbuild';

const [entry = 'src/main.ts', ...external] = process.argv.slice(2);

await build({
  entryPoints: [entry],
  outfile: 'dist/main.js',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  logLevel: 'warning',
  external: ['secp256k1', 'dockerode', 'systeminformation', ...external],
  banner: {
    js: [
      '#!/usr/bin/env node',
      "import { createRequire as __createRequire } from 'node:module';",
      "import { fileURLToPath as __fileURLToPath } from 'node:url';",
      "import { dirname as __pathDirname } from 'node:path';",
      'const require = __createRequire(import.meta.url);',
      'const __filename = __fileURLToPath(import.meta.url);',
      'const __dirname = __pathDirname(__filename);',
    ].join('\n'),
  },
});
