import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Not as git lists them: it says nothing in a copy of the tree, nor in one that belongs to another user. */
function pagesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return IGNORED.has(entry.name) || entry.name.startsWith('.') ? [] : pagesIn(path);
    return entry.isFile() && entry.name.endsWith('.md') ? [path] : [];
  });
}

const IGNORED = new Set(['node_modules', 'dist', 'out', 'cache', 'screenshots']);
const pages = pagesIn('').toSorted();

describe('documents', () => {
  it.each(pages)('%s: every link leads somewhere', (page) => {
    const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link = '']) => link.split('#', 1)[0] ?? '',
    );
    const own = links.filter((link) => link !== '' && !/^[a-z]+:/.test(link));
    expect(own.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('every decision is in the index of them, under its title', () => {
    const decisions = pages.filter((page) => /^docs\/adr\/\d/.test(page));
    const lines = decisions.map((page) => `- [${readFileSync(join(root, page), 'utf8').split('\n', 1)[0]?.slice(2)}](${basename(page)})`);
    const index = readFileSync(join(root, 'docs/adr/README.md'), 'utf8').split('\n');
    expect(index.filter((line) => line.startsWith('- '))).toEqual(lines);
  });
});
