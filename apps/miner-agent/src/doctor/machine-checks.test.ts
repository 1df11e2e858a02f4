import { expect, it } from 'vitest';
import { checkDisk } from './machine-checks.ts';

const GB = 1e9;

it.each([
  [{ freeBytes: 80 * GB, forTasksBytes: 46 * GB }, 'info', '80 GB free in /d, 46 GB of it for tasks beside their images and your reserve'],
  [{ freeBytes: 30 * GB, forTasksBytes: 0 }, 'warning', '30 GB free in /d, 0 MB of it for tasks beside their images and your reserve'],
  [{ freeBytes: GB, forTasksBytes: GB }, 'error', '1 GB free in /d, 1 GB of it for tasks beside their images and your reserve'],
])('says of %j what is left for tasks', (space, severity, reason) => {
  expect(checkDisk({ ...space, path: '/d' })).toMatchObject({ severity, reason });
});
