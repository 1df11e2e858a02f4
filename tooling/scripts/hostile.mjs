// `npm run test:hostile [-- --seed N] [--json] [--only TEXT] [--quick]`: hostile containers, each against a real agent and a real Docker Engine.
import { runCaseSuite } from './lib/case-suite.mjs';

await runCaseSuite('tests/src/hostile/main.ts');
