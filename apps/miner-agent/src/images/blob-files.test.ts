import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../testing/test-image.ts';
import { openBlobFiles, type LayerFiles } from './blob-files.ts';
import type { ReceiveOptions } from './receive-blob.ts';

let directory: Awaited<ReturnType<typeof createTempDir>>;
let files: LayerFiles;
beforeEach(async () => {
  directory = await createTempDir('muster-blobs');
  files = (await openBlobFiles(directory.path)).within(null);
});
afterEach(() => directory.remove());

const content = randomBytes(40_000);
const blob = { digest: digestOf(content), sizeBytes: content.length, mediaType: 'application/octet-stream' };

/** A registry that gives the blob piece by piece, each when the test says so. */
function steppedSource(bytes = content) {
  const gates: (() => void)[] = [];
  let opened = 0;
  async function* pieces(offset: number) {
    for (let at = offset; at < bytes.length; at += 10_000) {
      await new Promise<void>((resolve) => gates.push(resolve));
      yield bytes.subarray(at, at + 10_000);
    }
  }
  return {
    opened: () => opened,
    openBlob: async (_: unknown, offset: number) => ((opened += 1), { offset, bytes: pieces(offset) }),
    /** Lets all go on that wait now. */
    step: () => gates.splice(0).forEach((go) => go()),
  };
}

const options = (openBlob: ReceiveOptions['openBlob'], change: Partial<ReceiveOptions> = {}): ReceiveOptions => ({
  openBlob,
  onReceived: () => undefined,
  signal: new AbortController().signal,
  ...change,
});

async function stepUntil(source: ReturnType<typeof steppedSource>, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const ended = work.finally(() => (isDone = true));
  while (!isDone) {
    source.step();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
}

describe('a blob that two pulls want at the same time', () => {
  it('is fetched once, and is whole for both', async () => {
    const source = steppedSource();
    const seen: number[] = [];
    const both = Promise.all([
      files.receive(blob, options(source.openBlob)),
      files.receive(blob, options(source.openBlob, { onReceived: (bytes) => void seen.push(bytes) })),
    ]);
    await stepUntil(source, both);
    expect(await readFile(files.pathOf(blob.digest))).toEqual(content);
    expect(source.opened()).toBe(1);
    expect(seen.at(-1)).toBe(content.length);
  });

  it('is fetched by the second where the first gives up', async () => {
    const first = new AbortController();
    const source = steppedSource();
    const given = files.receive(blob, options(source.openBlob, { signal: first.signal }));
    const second = files.receive(blob, options(source.openBlob));
    const ended = Promise.allSettled([given, second]);
    first.abort(new Error('stopped'));
    await stepUntil(source, ended);
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await readFile(files.pathOf(blob.digest))).toEqual(content);
  });

  it('is waited for no longer than the waiter wants', async () => {
    const source = steppedSource();
    const waiting = new AbortController();
    const first = files.receive(blob, options(source.openBlob));
    const second = files.receive(blob, options(source.openBlob, { signal: waiting.signal }));
    waiting.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    await stepUntil(source, first);
  });

  it('stays until nobody holds it any more', async () => {
    await writeFile(files.pathOf(blob.digest), content);
    const [one, other] = [files.hold([blob.digest]), files.hold([blob.digest])];
    await one.release({ remove: true });
    expect(await files.receivedBytes(blob)).toBe(content.length);
    await other.release({ remove: true });
    expect(await files.receivedBytes(blob)).toBe(0);
  });
});

it('gives what came with credentials to nobody who only knows its digest', async () => {
  const all = await openBlobFiles(directory.path);
  const source = steppedSource();
  await stepUntil(source, all.within('ghcr.io/org/secret').receive(blob, options(source.openBlob)));
  for (const other of [null, 'ghcr.io/evil/thief']) expect(await all.within(other).receivedBytes(blob)).toBe(0);
  expect(await all.within('ghcr.io/org/secret').receivedBytes(blob)).toBe(content.length);
});
