import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');

describe('documents', () => {
  it.each(pages)('%s: every link leads somewhere', (page) => {
    const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, link = '']) => link.split('#', 1)[0] ?? '',
    );
    const own = links.filter((link) => link !== '' && !/^[a-z]+:/.test(link));
    expect(own.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });
});
