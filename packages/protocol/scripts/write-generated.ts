import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { generatedFiles } from './generated-files.ts';

// Run as `npx tsx packages/protocol/scripts/write-generated.ts`; generated-files.test.ts fails while the files are stale.
for (const [path, text] of Object.entries(generatedFiles())) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
