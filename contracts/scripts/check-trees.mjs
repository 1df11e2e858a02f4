// One branch, one test: every condition of test/unit/*.tree that has an `it …` below it must be a test of the .t.sol
// beside it, and every test a condition. `when the run is closed` becomes `test_WhenTheRunIsClosed`.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const unitDir = fileURLToPath(new URL('../test/unit/', import.meta.url));

function testName(condition) {
  const words = condition
    .replace(/[^A-Za-z0-9 ]/g, ' ')
    .split(' ')
    .filter(Boolean);
  return `test_${words.map((word) => word[0].toUpperCase() + word.slice(1).toLowerCase()).join('')}`;
}

/** Conditions with an outcome directly below them, in order. */
function branches(tree) {
  const found = [];
  let condition = null;
  for (const line of tree.split('\n').slice(1)) {
    const text = line.replace(/^[│├└─\s]+/, '').trim();
    if (text === '') continue;
    if (!text.startsWith('it ')) condition = text;
    else if (condition === null) throw new Error(`an outcome without a condition: ${text}`);
    else if (found.at(-1) !== condition) found.push(condition);
  }
  return found;
}

function repeated(names) {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** What differs between trees and tests, in words; empty when nothing does. */
export function checkTrees() {
  const files = readdirSync(unitDir);
  const problems = [];
  for (const file of files.filter((name) => name.endsWith('.t.sol'))) {
    const tree = file.replace('.t.sol', '.tree');
    if (!files.includes(tree)) {
      problems.push(`${file} has no ${tree}`);
      continue;
    }
    const wanted = branches(readFileSync(unitDir + tree, 'utf8')).map(testName);
    const written = [...readFileSync(unitDir + file, 'utf8').matchAll(/function (test_\w+)/g)].map((match) => match[1]);
    problems.push(...repeated(wanted).map((name) => `${tree} has two branches named ${name}`));
    problems.push(...wanted.filter((name) => !written.includes(name)).map((name) => `${file} lacks ${name}`));
    problems.push(...written.filter((name) => !wanted.includes(name)).map((name) => `${tree} lacks ${name}`));
  }
  for (const tree of files.filter((name) => name.endsWith('.tree') && !files.includes(name.replace('.tree', '.t.sol')))) {
    problems.push(`${tree} has no tests`);
  }
  return problems;
}
