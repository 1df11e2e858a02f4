// Bundles one program of the workspace into dist/main.js, or where `--to` says:
// `node ../../tooling/scripts/bundle.mjs src/main.ts [--to=FILE] [--small] [external…]`.
// Workspace packages are TypeScript sources, so they are bundled in; native modules stay outside.
import { build } from 'esbuild';

const [entry = 'src/main.ts', ...rest] = process.argv.slice(2);
/** Short names too: stack traces then need the source map that lies beside the program. */
const isSmall = rest.includes('--small');
const outfile = rest.find((word) => word.startsWith('--to='))?.slice('--to='.length) ?? 'dist/main.js';
const external = rest.filter((word) => !word.startsWith('--'));

// What dockerode loads for ways to reach an engine that no program here takes (ssh, BuildKit's sessions), and pino for writing logs from
// another thread: tens of megabytes of memory.
const unused = /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|thread-stream)$/;
const leaveOut = {
  name: 'leave-out',
  setup(bundling) {
    bundling.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'left-out' }));
    bundling.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
    // zod speaks fifty languages; we speak one.
    bundling.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.(js|mjs)$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  // Source stays in memory for as long as the program runs.
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: isSmall,
  logLevel: 'warning',
  external: ['secp256k1', 'systeminformation', ...external],
  plugins: [leaveOut],
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
