import { describe, expect, it } from 'vitest';
import { createCoalescer } from './coalescer.ts';

interface Item {
  key: string;
  value: number;
}

describe('coalescer', () => {
  function setup(
    write: (items: readonly Item[]) => Promise<number[]> = async (items) => items.map(({ value }) => value * 10),
    maxBatch?: number,
  ) {
    const batches: number[][] = [];
    const coalescer = createCoalescer<Item, number>({
      keyOf: ({ key }) => key,
      write: (items) => {
        batches.push(items.map(({ value }) => value));
        return write(items);
      },
      ...(maxBatch === undefined ? {} : { maxBatch }),
    });
    return { batches, coalescer };
  }
  const item = (value: number, key = String(value)): Item => ({ key, value });
  const failing = (code: string) => Object.assign(new Error(code), { code });

  it('writes what comes together in one batch, and answers each', async () => {
    const { batches, coalescer } = setup();
    expect(await Promise.all([1, 2, 3].map((n) => coalescer.add(item(n))))).toEqual([10, 20, 30]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('gathers the next batch while one is under way', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { batches, coalescer } = setup(async (items) => {
      if (items[0]?.value === 1) await gate;
      return items.map(() => 0);
    });
    const first = coalescer.add(item(1));
    await expect.poll(() => batches).toHaveLength(1);
    const rest = [2, 3, 4].map((n) => coalescer.add(item(n)));
    open();
    await Promise.all([first, ...rest]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it('never puts two items of one key in a batch, and keeps their order', async () => {
    const { batches, coalescer } = setup();
    await Promise.all([item(1, 'a'), item(2, 'a'), item(3, 'b'), item(4, 'a')].map(coalescer.add));
    expect(batches).toEqual([[1, 3], [2], [4]]);
  });

  it('keeps to its batch size', async () => {
    const { batches, coalescer } = setup(undefined, 2);
    await Promise.all([1, 2, 3, 4, 5].map((n) => coalescer.add(item(n))));
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('tries a deadlock victim once more', async () => {
    let tries = 0;
    const { coalescer } = setup(async () => {
      tries += 1;
      if (tries === 1) throw failing('40P01');
      return [7];
    });
    expect(await coalescer.add(item(1))).toBe(7);
  });

  it('rejects only the item that the database cannot take', async () => {
    const { coalescer } = setup(async (items) => {
      if (items.some(({ value }) => value === 3)) throw failing('22P05');
      return items.map(({ value }) => value);
    });
    const results = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => coalescer.add(item(n))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });

  it('rejects all when the connection is gone, and goes on with the next', async () => {
    let broken = true;
    const { coalescer } = setup(async (items) => {
      if (broken) throw failing('08006');
      return items.map(() => 1);
    });
    const results = await Promise.allSettled([1, 2].map((n) => coalescer.add(item(n))));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect(await coalescer.add(item(3))).toBe(1);
  });

  it('closes when everything is written', async () => {
    const { batches, coalescer } = setup();
    const added = coalescer.add(item(1));
    await coalescer.close();
    expect(batches).toEqual([[1]]);
    await added;
  });
});
