import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { docsPathOf, ERROR_CODES, isErrorCode, type ErrorCode } from './codes.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const codes = Object.keys(ERROR_CODES).filter(isErrorCode);

describe('docs/errors', () => {
  it('has a page for every code, and no other', () => {
    const pages = readdirSync(`${root}docs/errors`).filter((name) => name !== 'README.md');
    expect(pages.toSorted()).toEqual(codes.map((code) => `${code}.md`).toSorted());
  });

  it.each(codes)('%s: the page says what the table says, and more', (code) => {
    const page = readFileSync(root + docsPathOf(code), 'utf8');
    expect(page.startsWith(`# ${code}\n\n${ERROR_CODES[code].title}\n`)).toBe(true);
    for (const heading of ['## Cause', '## What to do', '## Example']) {
      expect(sectionOf(page, heading).length, `${code}: ${heading}`).toBeGreaterThan(20);
    }
    expect(page).toContain(ERROR_CODES[code].hint);
  });

  it('is indexed', () => {
    const index = readFileSync(`${root}docs/errors/README.md`, 'utf8');
    expect(codes.filter((code: ErrorCode) => !index.includes(`(${code}.md)`))).toEqual([]);
  });
});

describe('ERROR_CODES', () => {
  it.each(codes)('%s has a sentence and a hint', (code) => {
    const { title, hint } = ERROR_CODES[code];
    expect(code).toMatch(/^[A-Z][A-Z_]+[A-Z]$/);
    expect(title).toMatch(/^[A-Z].*\.$/);
    expect(hint.length).toBeGreaterThan(10);
  });
});

function sectionOf(page: string, heading: string): string {
  const [, rest = ''] = page.split(`${heading}\n`);
  return (rest.split('\n## ')[0] ?? '').trim();
}
