import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { generatedFiles } from './generated-files.ts';

it.each(Object.entries(generatedFiles()))('%s is what scripts/write-generated.ts writes', (path, text) => {
  expect(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')).toBe(text);
});
