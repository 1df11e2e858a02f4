// Standard JSON in on stdin, standard JSON out on stdout. forge sends every source inline, so no path flag matters.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const solc = createRequire(import.meta.url)('solc');
process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
