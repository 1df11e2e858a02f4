// Type-checks every workspace folder that has a tsconfig, two at a time, and closes with a count.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './lib/run.mjs';

const folders = ['apps', 'packages', 'tooling'].flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(parent, name)));
const projects = [...folders, 'bench'].filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
const queue = [...projects];
let failed = 0;

async function work() {
  for (let project = queue.shift(); project; project = queue.shift()) {
    const { code, output } = await run('node_modules/.bin/tsc', ['--noEmit', '-p', project]);
    if (code === 0) continue;
    failed += 1;
    console.log(`${project}\n${output}`);
  }
}

await Promise.all([work(), work()]);
console.log(`${projects.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
