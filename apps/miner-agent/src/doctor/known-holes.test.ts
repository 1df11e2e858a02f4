import { expect, it } from 'vitest';
import { checkRunc, checkToolkitHole } from './known-holes.ts';

it.each<[string | null, string | null]>([
  // As `docker info` has it: of the projects' own builds first.
  ['v1.1.11-0-g4bccb38c', 'warning'],
  ['v1.0.0-rc93-0-g12644e614e25', 'warning'],
  ['1.1.11', 'warning'],
  ['v1.1.12-0-g51d5e946', 'info'],
  ['v1.2.5-0-g59923ef', 'info'],
  ['v2.0.0', 'info'],
  // Debian's is mended, and older ones may not be: nothing here tells which.
  ['1.1.5+ds1-1+deb12u1', 'info'],
  ['1.1.7-0ubuntu1~22.04.2', 'info'],
  // A bare commit, or nothing.
  ['51d5e94601ceffbbd85688df1c928ecccbfa4685', null],
  ['', null],
  [null, null],
])('says of runc %s: %s', (told, severity) => {
  expect(checkRunc(told).map((check) => check.severity)).toEqual(severity === null ? [] : [severity]);
  for (const check of checkRunc(told))
    if (severity === 'warning') expect([check.reason, check.fix].join()).toMatch(/CVE-2024-21626.*1\.1\.12/);
});

it("tells a distribution's runc from a mended one", () => {
  expect(checkRunc('1.1.5+ds1-1+deb12u1')[0]?.reason).toMatch(/distribution/);
  expect(checkRunc('v1.1.12')[0]?.reason).toBe('runc v1.1.12');
});

it.each<[string | null, boolean]>([
  ['1.17.7', true],
  ['1.9.9', true],
  ['0.99.99', true],
  ['1.17.8', false],
  ['1.18.0-rc.1', false],
  ['2.0.0', false],
  [null, false],
])('warns of the toolkit %s: %s', (told, warns) => {
  expect(checkToolkitHole(told)).toEqual(warns ? [expect.objectContaining({ severity: 'warning', id: 'gpu-toolkit' })] : []);
});
