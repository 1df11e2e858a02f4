// `npm run test:service [-- --json] [--only TEXT]`: the agent as a service of a real systemd, in a small Debian that is booted for it.
import { runCaseSuite } from './lib/case-suite.mjs';

await runCaseSuite('tests/src/service/main.ts');
