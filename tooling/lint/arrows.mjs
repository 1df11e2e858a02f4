// The arrows of docs/architecture.md as data: which workspace folder may import which workspace package, and which
// outside module belongs to one folder alone. oxlint.config.mjs turns this table into rules; nothing else is allowed.

const packages = ['protocol', 'domain', 'chain', 'db', 'api', 'runtime', 'network'];

/**
 * `may`: value imports. `types`: packages of which only types may be imported. `only`: subpaths of a package alone.
 * Later rows win over earlier ones, so a folder inside another comes after it.
 */
export const arrows = [
  { files: 'packages/protocol/**', may: [] },
  { files: 'packages/runtime/**', may: [] },
  { files: 'packages/domain/**', may: ['protocol'] },
  { files: 'packages/chain/**', may: ['protocol', 'domain', 'runtime'] },
  { files: 'packages/db/**', may: ['protocol', 'domain', 'runtime'], owns: ['prisma', 'pg'] },
  { files: 'packages/api/**', may: ['protocol', 'domain', 'db', 'chain', 'runtime'] },
  { files: 'apps/web/src/**', may: ['protocol'], types: ['api'], only: { chain: 'generated' } },
  { files: 'apps/web/src/server/**', may: ['protocol', 'api', 'chain', 'runtime'] },
  { files: 'apps/cli/**', may: ['protocol', 'chain', 'runtime'], types: ['api'] },
  // A test of the whole command line needs the server that it talks to.
  { files: 'apps/cli/**/*.int.test.ts', may: ['protocol', 'chain', 'runtime', 'api'] },
  { files: 'apps/miner-agent/**', may: ['protocol', 'domain', 'chain', 'runtime'], only: { api: 'miner' } },
  { files: 'apps/miner-agent/src/adapters/docker/**', like: 'apps/miner-agent/**', owns: ['dockerode'] },
  { files: 'apps/miner-agent/src/adapters/host/**', like: 'apps/miner-agent/**', owns: ['systeminformation'] },
  { files: 'apps/validator/**', may: ['protocol', 'domain', 'chain', 'runtime'], types: ['api'] },
  { files: '{tooling,bench,tests}/**', may: packages, owns: ['dockerode', 'pg', 'prisma'] },
  { files: 'apps/web/e2e/**', may: packages, owns: ['dockerode', 'pg'] },
];

/** Outside modules that only the folders which own them may import. */
const guarded = {
  dockerode: '^dockerode($|/)',
  systeminformation: '^systeminformation($|/)',
  prisma: '^@prisma/',
  pg: '^pg($|/)',
};

/** A regular expression, without look-around, for every subpath of a package but those that begin with `prefix`. */
function allBut(name, prefix) {
  const branches = [...prefix].map((letter, i) => `/${prefix.slice(0, i)}[^${letter}]`);
  return `^@muster/${name}($|${branches.join('|')})`;
}

function patternsOf(row) {
  const base = row.like ? arrows.find(({ files }) => files === row.like) : row;
  const { may = [], types = [], only = {} } = base ?? {};
  const owns = row.owns ?? [];
  const closed = packages.filter((name) => !may.includes(name) && !types.includes(name) && !(name in only));
  const message = `Not an arrow of docs/architecture.md: ${row.files} may not import this.`;
  return [
    { regex: `^@muster/(${closed.join('|')})($|/)`, message },
    ...types.map((name) => ({
      regex: `^@muster/${name}($|/)`,
      allowTypeImports: true,
      message: `${message} Types alone are allowed: write \`import type\`.`,
    })),
    ...Object.entries(only).map(([name, prefix]) => ({
      regex: allBut(name, prefix),
      message: `${message} Only @muster/${name}/${prefix}… is allowed.`,
    })),
    ...Object.entries(guarded)
      .filter(([name]) => !owns.includes(name))
      .map(([, regex]) => ({ regex, message: 'One folder alone talks to this module: see docs/architecture.md.' })),
    { regex: '^(\\.\\./)+(packages|apps|contracts)/', message: 'Import another workspace by its name.' },
  ].filter(({ regex }) => !regex.startsWith('^@muster/()'));
}

/** oxlint overrides; they replace one another, so every row carries its whole rule. */
export const arrowOverrides = arrows.map((row) => ({
  files: [row.files],
  rules: { 'no-restricted-imports': ['error', { patterns: patternsOf(row) }] },
}));
