import { expect, it } from 'vitest';
import type { PullProgress } from '../ports/container-runtime.ts';
import { throttleProgress } from './throttle-progress.ts';

it('passes on the first of a stage, one per interval, and the last once', () => {
  const passed: PullProgress[] = [];
  let now = 0;
  const tell = throttleProgress((progress) => void passed.push(progress), { everyMs: 10, monotonic: () => now });
  const at = (moment: number, progress: PullProgress) => {
    now = moment;
    tell(progress);
  };
  const download = (current: number): PullProgress => ({ stage: 'download', current, total: 3 });
  const check = (current: number): PullProgress => ({ stage: 'check', current, total: 3 });
  at(0, download(0));
  at(5, download(1));
  at(10, download(2));
  at(11, download(3));
  at(12, check(1));
  at(13, check(3));
  at(40, check(3));
  expect(passed).toEqual([download(0), download(2), download(3), check(1), check(3)]);
});
