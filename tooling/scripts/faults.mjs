// `npm run test:faults [-- --seed N] [--json] [--only TEXT] [--quick]`: faults, each against a real agent and a real Docker Engine.
import { runCaseSuite } from './lib/case-suite.mjs';

await runCaseSuite('tests/src/faults/main.ts');
