import { expect, it } from 'vitest';
import { print } from './print.ts';

it("gives a terminal none of a stranger's control characters, and a pipe every byte", () => {
  const line = 'log \u001b]52;c;ZXZpbA==\u0007 of a task';
  const written = [true, false].map((isTTY) => {
    let text = '';
    print(line, { isTTY, write: (piece) => ((text += String(piece)), true) });
    return text;
  });
  expect(written).toEqual(['log ]52;c;ZXZpbA== of a task\n', `${line}\n`]);
});
