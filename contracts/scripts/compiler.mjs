// Compiles src/ with npm's solc under the settings of foundry.toml, and proves that forge's wrapper names the same solc.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const contractsDir = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const solc = require('solc');

const settings = {
  evmVersion: 'cancun',
  optimizer: { enabled: true, runs: 1000 },
  metadata: { bytecodeHash: 'none', appendCBOR: false },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'], '': ['ast'] } },
};

/** The lines of foundry.toml that must say the same as `settings`. */
const foundryLines = [
  `evm_version = "${settings.evmVersion}"`,
  `optimizer = ${settings.optimizer.enabled}`,
  `optimizer_runs = ${settings.optimizer.runs}`,
  `bytecode_hash = "${settings.metadata.bytecodeHash}"`,
  `cbor_metadata = ${settings.metadata.appendCBOR}`,
];

function assertSameSettings() {
  const lines = readFileSync(`${contractsDir}foundry.toml`, 'utf8').split('\n');
  const missing = foundryLines.filter((line) => !lines.includes(line));
  if (missing.length > 0) throw new Error(`foundry.toml and scripts/compiler.mjs disagree about: ${missing.join(', ')}`);
  if (!readFileSync(`${contractsDir}scripts/solc`, 'utf8').includes(`Version: ${solc.version()}\\n`)) {
    throw new Error(`scripts/solc does not name the installed solc ${solc.version()}`);
  }
}

function readImport(path) {
  const file = path.startsWith('@') ? require.resolve(path) : `${contractsDir}${path}`;
  return { contents: readFileSync(file, 'utf8') };
}

/** Compiles the given sources (paths under contracts/). Throws with solc's own text on any error or warning. */
export function compile(paths) {
  assertSameSettings();
  const sources = Object.fromEntries(paths.map((path) => [path, { content: readImport(path).contents }]));
  const input = { language: 'Solidity', sources, settings };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  if (output.errors?.length) throw new Error(output.errors.map((error) => error.formattedMessage).join('\n'));
  return output;
}
