import { runTool } from './run-tool.ts';

/** Of the NVIDIA container toolkit on this machine; null when it is not here, or does not say. */
export async function readToolkitVersion(): Promise<string | null> {
  const { code, stdout } = await runTool('nvidia-ctk', ['--version'], { timeoutMs: 3_000 });
  return code === 0 ? parseToolkitVersion(stdout) : null;
}

export const parseToolkitVersion = (text: string): string | null => /\bversion:?\s+v?(\d+\.\d+\.\d+\S*)/i.exec(text)?.[1] ?? null;
