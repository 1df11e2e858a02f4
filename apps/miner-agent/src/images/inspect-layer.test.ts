import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { AppError } from '@muster/protocol/errors/app-error';
import { createTempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, tarOf } from '../testing/test-image.ts';
import { ENTRY_BYTES, inspectLayer } from './inspect-layer.ts';

let directory: Awaited<ReturnType<typeof createTempDir>>;
beforeEach(async () => void (directory = await createTempDir('muster-layer')));
afterEach(() => directory.remove());

/** A million zeros each, as the tools pack them. */
const ZEROS = Buffer.alloc(1_000_000);
const BOMBS = {
  zstd: 'KLUv/aRAQg8ATAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAxIKAMyuyjk=',
  bzip2: 'QlpoOTFBWSZTWXnTnkgAB6jAQMAAAAIACCAAMMwJqmmVJDapSQ8XckU4UJB5055I',
  xz: '/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM70I/ANFdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPmTwz82AAAAADKzVZfu0uHjAAHtAcCEPQDV4HauscRn+wIAAAAABFla',
} as const;

/** 100 MiB of nothing each, as tar --sparse writes it. */
const SPARSE = {
  gnu: 'H4sIAAAAAAACA+3QuwmAMAAE0IySEYyIDuIEFoKFIPjZ32CptirIe81dd3DDNPbhYUVWV9WR2TmvPaUmFSG24QXbsnZzjOEz+Zvy7oVHBgAAAAAAAAAAAPiJHfO4gLoAKAAA',
  posix:
    'H4sIAAAAAAACA+3UQWrDMBAFUK11Cp9AntHIdr3wts2qBEIPIFpBXZykSCmEnL6KA6kxlG7Sgul/G5kvgxHjL1Ou/XEV/EuIqXzdD0HdHmW1c+OazVeyjq/PY87MVKniqP7ARzr4mD+v/idri4fHJ5PefUzBbP3bPnasZ2m/yylp66bpzm9Dd/5jtMg0j8EPqT+FjsndVU1NpIUKf+jz69y0VZPnLWJaS1yLq/m8+/z9roLfZMo8us04uft+CMY21LY3vgh+6D9P74JL/0VIVEFL6v/8cAvB+qumhLIBAAAAAAAAAAAAAAAAAAAALM4nMtYq0QAoAAA=',
} as const;

async function inspect(bytes: Buffer, { diffId = digestOf(bytes), limitBytes = 1e9 } = {}): Promise<unknown> {
  const file = join(directory.path, 'layer');
  await writeFile(file, bytes);
  return inspectLayer(file, { diffId, limitBytes, signal: new AbortController().signal, onRead: () => undefined }).catch((error: unknown) =>
    AppError.is(error) ? error.code : error,
  );
}

describe('inspectLayer', () => {
  it('measures what it can unpack: gzip, in several parts too, and plain tars', async () => {
    const tar = await tarOf({ file: 'content' });
    expect(await inspect(tar)).toBe(tar.length + ENTRY_BYTES);
    expect(await inspect(Buffer.alloc(1024))).toBe(1024);
    expect(await inspect(zlib.gzipSync(tar), { diffId: digestOf(tar) })).toBe(tar.length + ENTRY_BYTES);
    const parts = Buffer.concat([zlib.gzipSync(tar.subarray(0, 700)), zlib.gzipSync(tar.subarray(700))]);
    expect(await inspect(parts, { diffId: digestOf(tar) })).toBe(tar.length + ENTRY_BYTES);
  });

  it('counts a file without content as what it takes of a disk', async () => {
    const names = Array.from({ length: 1000 }, (_none, index) => [`files/${index}`, ''] as const);
    const tar = await tarOf(Object.fromEntries(names));
    expect(await inspect(zlib.gzipSync(tar), { diffId: digestOf(tar) })).toBe(tar.length + 1000 * ENTRY_BYTES);
    expect(await inspect(zlib.gzipSync(tar), { diffId: digestOf(tar), limitBytes: 100 * ENTRY_BYTES })).toBeLessThan(
      tar.length + 1001 * ENTRY_BYTES,
    );
  });

  it('counts no further than the limit', async () => {
    expect(await inspect(zlib.gzipSync(Buffer.alloc(50_000_000)), { limitBytes: 1_000_000 })).toBeLessThan(2_000_000);
  });

  it.each(['bzip2', 'xz'] as const)('refuses %s, which it cannot measure', async (kind) => {
    expect(await inspect(Buffer.from(BOMBS[kind], 'base64'))).toBe('IMAGE_FORMAT_UNSUPPORTED');
  });

  it('measures zstd where Node can unpack it, and refuses it elsewhere', async () => {
    const expected = 'createZstdDecompress' in zlib ? ZEROS.length : 'IMAGE_FORMAT_UNSUPPORTED';
    expect(await inspect(Buffer.from(BOMBS.zstd, 'base64'), { diffId: digestOf(ZEROS) })).toBe(expected);
  });

  it.each(['425a6839314159', 'fd377a585a00', '184d2a50'])('refuses what passes for a tar and begins with %s', async (magic) => {
    const tar = await tarOf({ file: 'content' });
    tar.write(magic === '184d2a50' ? '502a4d18' : magic, 0, 'hex');
    const isMeasured = magic === '184d2a50' && 'createZstdDecompress' in zlib;
    expect(await inspect(tar)).toBe(isMeasured ? 'IMAGE_PULL_FAILED' : 'IMAGE_FORMAT_UNSUPPORTED');
  });

  it.each(['gnu', 'posix'] as const)('refuses a sparse file in the %s form, which grows to what its header says', async (form) => {
    const packed = Buffer.from(SPARSE[form], 'base64');
    const tar = zlib.gunzipSync(packed);
    expect(tar.length).toBeLessThan(20_000);
    expect(await inspect(packed, { diffId: digestOf(tar) })).toBe('IMAGE_FORMAT_UNSUPPORTED');
    // Wherever in the tar it is.
    const behind = Buffer.concat([(await tarOf({ file: 'S'.repeat(70_000) })).subarray(0, -1024), tar]);
    expect(await inspect(behind)).toBe('IMAGE_FORMAT_UNSUPPORTED');
  });

  it('takes an extended header for what it is, and the key of another file for content', async () => {
    const tar = await tarOf({ ['long/'.repeat(60)]: 'pax', program: 'GNU.sparse.major'.repeat(100) });
    expect(await inspect(tar)).toBe(tar.length + 2 * ENTRY_BYTES);
  });

  it('refuses what is no archive at all, or cut, or not the layer that it is said to be', async () => {
    const tar = await tarOf({ file: 'content' });
    expect(await inspect(Buffer.from('#!/bin/sh\n'))).toBe('IMAGE_FORMAT_UNSUPPORTED');
    expect(await inspect(zlib.gzipSync(tar).subarray(0, 50))).toBe('IMAGE_PULL_FAILED');
    expect(await inspect(zlib.gzipSync(tar), { diffId: digestOf(Buffer.from('another')) })).toBe('IMAGE_PULL_FAILED');
  });
});
