import { spawn, type ChildProcess } from 'node:child_process';

/** Runs a program to its end and returns all its output. Throws with that output when it fails. */
export async function run(file: string, args: string[]): Promise<string> {
  return collect(file, spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

export async function collect(name: string, child: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${output.trim()}`);
  return output;
}
