import { describe, expect, it } from 'vitest';
import { createTestIo } from '../testing/test-io.ts';
import { createLinePrinter } from './print-lines.ts';

const A = 'aaaaaaaa-e2bb-4255-8caf-4136c566a962';
const B = 'bbbbbbbb-e2bb-4255-8caf-4136c566a962';
const chunk = (allocationId: string, sequence: number, ...texts: string[]) => ({
  allocationId,
  sequence,
  lines: texts.map((text) => ({ at: 1_800_000_000_000, stream: 'stdout' as const, text })),
});

function setup(options: { json?: boolean; timestamps?: boolean } = {}) {
  const { io, output } = createTestIo();
  return { print: createLinePrinter(io, { json: false, timestamps: false, ...options }), output };
}

describe('createLinePrinter', () => {
  it('prints a chunk once, whatever a reconnection repeats', () => {
    const { print, output } = setup();
    for (const sequence of [0, 1, 0, 1, 2]) print(chunk(A, sequence, `line ${sequence}`));
    expect(output.stdout).toBe('line 0\nline 1\nline 2\n');
  });

  it('tells allocations apart once there are two', () => {
    const { print, output } = setup();
    print(chunk(A, 0, 'one'));
    print(chunk(B, 0, 'two'));
    expect(output.stdout).toBe('one\nbbbbbbbb two\n');
  });

  it('prints one document per line for programs, and lets no container drive the terminal of people', () => {
    const program = setup({ json: true });
    program.print(chunk(A, 0, 'x\u001b[2J'));
    expect(JSON.parse(program.output.stdout)).toEqual({
      allocationId: A,
      sequence: 0,
      at: 1_800_000_000_000,
      stream: 'stdout',
      text: 'x\u001b[2J',
    });
    const person = setup({ timestamps: true });
    person.print(chunk(A, 0, 'x\u001b[2J'));
    expect(person.output.stdout).toBe('2027-01-15T08:00:00.000Z x[2J\n');
  });
});
