import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { architectureOf, probeProgram, PROBE_WORD } from './probe-program.ts';

describe('the probe', () => {
  it('is a program that says its word, where this kernel can run one of ours', async () => {
    const architecture = architectureOf(process.arch === 'x64' ? 'x86_64' : process.arch);
    expect(architecture).not.toBeNull();
    const directory = await mkdtemp(join(tmpdir(), 'muster-probe-'));
    try {
      const file = join(directory, 'probe');
      await writeFile(file, probeProgram(architecture ?? 'x64', 'speak'), { mode: 0o755 });
      if (process.platform === 'linux') expect((await promisify(execFile)(file)).stdout).toBe(`${PROBE_WORD}\n`);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('learns whether there is a socket to the hypervisor', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-probe-'));
    try {
      const file = join(directory, 'probe');
      await writeFile(file, probeProgram(process.arch === 'arm64' ? 'arm64' : 'x64', 'vsock'), { mode: 0o755 });
      const code = await promisify(execFile)(file).then(
        () => 0,
        (error: unknown) => z.object({ code: z.number() }).parse(error).code,
      );
      // Which of the two nobody knows here; a program that crashed would be killed by a signal, without a code.
      expect([0, 1]).toContain(code);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it.each(['x64', 'arm64'] as const)(
    'keeps code and text within its segment on %s, the text where the code looks for it',
    (architecture) => {
      const file = probeProgram(architecture, 'speak');
      expect(file.readBigUInt64LE(96)).toBe(BigInt(file.length));
      expect(file.subarray(-PROBE_WORD.length - 1).toString()).toBe(`${PROBE_WORD}\n`);
      const code = file.subarray(120, -PROBE_WORD.length - 1);
      // lea's displacement counts from the next instruction; adr's from its own, in words here.
      const textAt = architecture === 'x64' ? 17 + code.readInt32LE(13) : 8 + ((code.readUInt32LE(8) >>> 5) & 0x7ffff) * 4;
      expect(textAt).toBe(code.length);
    },
  );
});
