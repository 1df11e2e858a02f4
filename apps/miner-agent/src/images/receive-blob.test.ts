import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { digestOf } from '../testing/test-image.ts';
import { partOf, receiveBlob, sizeOf, type ReceiveOptions } from './receive-blob.ts';

let directory: Awaited<ReturnType<typeof createTempDir>>;
beforeEach(async () => void (directory = await createTempDir('muster-blob')));
afterEach(() => directory.remove());

const content = randomBytes(4_000_000);
const blob = { digest: digestOf(content), sizeBytes: content.length, mediaType: 'application/octet-stream' };

/** A registry whose connections break after so many bytes each, on a clock that the pauses and its own slowness move. */
function stage(change: { bytesPerConnection?: number; pieceBytes?: number; pieceMs?: number } = {}) {
  const { bytesPerConnection = content.length, pieceMs = 0 } = change;
  const { pieceBytes = bytesPerConnection } = change;
  let clock = 0;
  const pauses: number[] = [];
  let opened = 0;
  async function* bytes(offset: number) {
    for (let sent = 0; sent < bytesPerConnection && offset + sent < content.length; sent += pieceBytes) {
      clock += pieceMs;
      yield content.subarray(offset + sent, offset + Math.min(sent + pieceBytes, bytesPerConnection));
    }
    if (offset + bytesPerConnection >= content.length) return;
    throw new AppError('IMAGE_PULL_FAILED', { publicMessage: 'the connection broke', cause: new Error('reset') });
  }
  const openBlob: ReceiveOptions['openBlob'] = async (_, offset) => ((opened += 1), { offset, bytes: bytes(offset) });
  const pace = {
    monotonic: () => clock,
    pause: async (ms: number) => {
      pauses.push(ms);
      clock += ms;
    },
  };
  const file = join(directory.path, 'layer');
  const receive = () => receiveBlob(file, blob, { openBlob, onReceived: () => undefined, signal: new AbortController().signal, pace });
  return { file, receive, pauses, opened: () => opened };
}

describe('a registry that breaks off', () => {
  it('is asked again at once for as long as it brings much', async () => {
    const { file, receive, pauses, opened } = stage({ bytesPerConnection: 1_500_000 });
    await receive();
    expect(await sizeOf(file)).toBe(content.length);
    expect(pauses).toEqual([]);
    expect(opened()).toBe(3);
  });

  it('is given ever longer pauses while it brings next to nothing, and then up', async () => {
    const { receive, pauses, opened } = stage({ bytesPerConnection: 1 });
    await expect(receive()).rejects.toMatchObject({ code: 'IMAGE_PULL_FAILED' });
    expect(opened()).toBe(8);
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000]);
  });
});

it('gives up a registry that keeps the connection and sends next to nothing', async () => {
  const { receive, opened } = stage({ pieceBytes: 1_000, pieceMs: 10_000 });
  await expect(receive()).rejects.toMatchObject({ publicMessage: expect.stringContaining('less than 1KiB a second') });
  expect(opened()).toBe(1);
});

it('keeps nothing of what is not what its digest says', async () => {
  const openBlob: ReceiveOptions['openBlob'] = async (_, offset) => ({
    offset,
    bytes: (async function* () {
      yield randomBytes(content.length);
    })(),
  });
  const file = join(directory.path, 'layer');
  const received: number[] = [];
  const options = { openBlob, onReceived: (bytes: number) => void received.push(bytes), signal: new AbortController().signal };
  await expect(receiveBlob(file, blob, options)).rejects.toMatchObject({ code: 'IMAGE_PULL_FAILED' });
  expect([await sizeOf(file), await sizeOf(partOf(file)), received.at(-1)]).toEqual([null, 0, 0]);
});

it('lets nothing bear the name of a whole layer before the disk has it', async () => {
  const { file, receive } = stage();
  const handle = await open(join(directory.path, 'other'), 'a');
  const seen: (number | null)[] = [];
  const sync = vi.spyOn(Object.getPrototypeOf(handle), 'sync').mockImplementation(async () => void seen.push(await sizeOf(file)));
  await handle.close();
  await receive();
  expect(seen).toEqual([null]);
  sync.mockRestore();
});
