import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@muster/protocol/errors/app-error';

export interface Saved {
  path: string;
  sizeBytes: number;
  sha256: string;
}

/** Streams a download into a file, which appears under its name only when it is complete. */
export async function saveDownload({
  url,
  token,
  signal,
  output,
}: {
  url: string;
  token: string;
  signal: AbortSignal;
  output: string | undefined;
}): Promise<Saved> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  if (!response.ok || !response.body) throw await refusalOf(response);
  const path = output ?? fileNameOf(response) ?? basename(new URL(url).pathname);
  const part = `${path}.part`;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    const counted = Readable.fromWeb(response.body).map((chunk: Uint8Array) => {
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      return chunk;
    });
    await pipeline(counted, createWriteStream(part, { mode: 0o600 }));
    const sha256 = `0x${hash.digest('hex')}`;
    const expected = response.headers.get('x-muster-sha256');
    if (expected !== sha256)
      throw new AppError('SNAPSHOT_MISMATCH', { publicMessage: `The archive hashes to ${sha256}, the snapshot is ${expected}.` });
    await rename(part, path);
    return { path, sizeBytes, sha256 };
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function refusalOf(response: Response): Promise<AppError> {
  const body = (await response.json().catch(() => null)) as { error?: unknown } | null;
  return AppError.fromWire(body?.error) ?? new AppError('NOT_FOUND', { publicMessage: `${response.url} answers ${response.status}.` });
}

/** The server's suggestion, reduced to a name: a path in it must not choose where we write. */
function fileNameOf(response: Response): string | undefined {
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return name && basename(name);
}
