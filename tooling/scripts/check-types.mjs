// Type-checks everything in two programs, which read the large libraries once each: what runs in Node, and the web app
// with its browser types. Closes with a count.
import { root, run } from './lib/run.mjs';

const projects = ['tsconfig.json', 'apps/web/tsconfig.json'];
const results = await Promise.all(projects.map((project) => run('node_modules/.bin/tsc', ['--noEmit', '-p', project], { cwd: root })));
const failures = results.filter(({ code }) => code !== 0);
for (const { output } of failures) console.log(output);
console.log(`${projects.length - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
