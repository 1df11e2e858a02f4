// Writes the gas table of README.md from snapshots/ComputeRegistry.json, which test/gas/gas.t.sol measures.
//   node scripts/gas-table.mjs   measures anew and writes snapshot and table
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { contractsDir, runForge } from './forge.mjs';

const readme = `${contractsDir}README.md`;
const snapshot = `${contractsDir}snapshots/ComputeRegistry.json`;
const [start, end] = ['<!-- gas:start -->', '<!-- gas:end -->'];

function table() {
  const measured = Object.entries(JSON.parse(readFileSync(snapshot, 'utf8')));
  const rows = measured.map(([call, gas]) => `| ${call} | ${Number(gas).toLocaleString('en-US')} |`);
  return ['| call | gas |', '|---|---:|', ...rows].join('\n');
}

function withTable(text) {
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`README.md lacks ${start} … ${end}`);
  return `${before}${start}\n${table()}\n${end}${after}`;
}

/** Empty when the README shows the committed snapshot. */
export function checkGasTable() {
  const text = readFileSync(readme, 'utf8');
  return withTable(text) === text ? [] : ['README.md shows an old gas table; run `pnpm --filter @muster/contracts gas`'];
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { code } = await runForge(['test', '--match-path', 'test/gas/*']);
  if (code === 0) writeFileSync(readme, withTable(readFileSync(readme, 'utf8')));
  process.exitCode = code;
}
