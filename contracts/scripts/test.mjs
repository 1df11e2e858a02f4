// All tests of the contracts: forge's, and the checks that hold sources, trees, generated files and README together.
// The last line is `N passed, N failed`; forge's own output goes before it. Exits 1 when anything failed.
import { readFileSync } from 'node:fs';
import { checkGenerated, generatedBytecodes } from './generate-abi.mjs';
import { checkTrees } from './check-trees.mjs';
import { contractsDir, runForge } from './forge.mjs';
import { checkGasTable } from './gas-table.mjs';

/** What forge deployed in its tests must be what packages/chain deploys. */
function checkArtifacts() {
  return Object.entries(generatedBytecodes()).flatMap(([name, bytecode]) => {
    const artifact = JSON.parse(readFileSync(`${contractsDir}out/${name}.sol/${name}.json`, 'utf8'));
    return artifact.bytecode.object === bytecode ? [] : [`forge and the generated file differ in ${name}'s bytecode`];
  });
}

/** No loop may be one that a stranger can make unbounded; the registry gets by without any. */
function checkNoLoops() {
  const lines = readFileSync(`${contractsDir}src/ComputeRegistry.sol`, 'utf8').split('\n');
  const loops = lines.map((line, index) => ({ line, index })).filter(({ line }) => /\b(for|while|do)\s*[({]/.test(line));
  return loops.map(({ line, index }) => `ComputeRegistry.sol:${index + 1}: ${line.trim()}`);
}

async function checkFormat() {
  const { code } = await runForge(['fmt', '--check'], { capture: true });
  return code === 0 ? [] : ['run `pnpm --filter @muster/contracts format`'];
}

async function forgeTests() {
  // Gas is part of the tests: a changed snapshot fails until it is measured anew.
  const env = { ...process.env, FORGE_SNAPSHOT_CHECK: 'true' };
  const { code, stdout } = await runForge(['test'], { capture: true, env });
  process.stdout.write(stdout);
  const summary = /(\d+) tests? passed, (\d+) failed, (\d+) skipped/g;
  const last = [...stdout.matchAll(summary)].at(-1);
  if (!last) return { passed: 0, failed: 1 };
  const [passed, failed, skipped] = last.slice(1).map(Number);
  const unexplained = code !== 0 && failed + skipped === 0 ? 1 : 0;
  return { passed, failed: failed + skipped + unexplained };
}

const forge = await forgeTests();
const checks = {
  'generated files are those of the sources': checkGenerated,
  'forge tested the bytecode that is deployed': checkArtifacts,
  'no loop in the registry': checkNoLoops,
  'trees and unit tests agree': checkTrees,
  'the README shows the measured gas': checkGasTable,
  'the sources are formatted': checkFormat,
};
const outcomes = [];
for (const [name, check] of Object.entries(checks)) outcomes.push({ name, problems: await check() });
for (const { name, problems } of outcomes) {
  console.log(problems.length === 0 ? `[PASS] ${name}` : `[FAIL] ${name}\n  ${problems.join('\n  ')}`);
}
const failedChecks = outcomes.filter(({ problems }) => problems.length > 0).length;
const failed = forge.failed + failedChecks;
console.log(`${forge.passed + outcomes.length - failedChecks} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
