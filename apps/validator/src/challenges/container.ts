import { createHash } from 'node:crypto';
import { containerResultSchema, type ContainerParams, type ContainerResult } from '@muster/protocol/challenges/container';
import type { ChallengeKind } from './challenge-kind.ts';

const RUN_TIMEOUT_MS = 60_000;
/** The rest of the time to live is for the pull of an image that the node lacks. */
const PULL_ALLOWANCE_MS = 120_000;

/** The node runs a container that hashes a nonce nobody knew before. The command carries the nonce as $1, so no shell parses it. */
export const container: ChallengeKind<ContainerParams, ContainerResult> = {
  name: 'container',
  ttlMs: RUN_TIMEOUT_MS + PULL_ALLOWANCE_MS,
  result: containerResultSchema,
  prepare({ image, random }) {
    const nonce = Buffer.from(random.bytes(16)).toString('hex');
    return { image, command: ['sh', '-c', 'printf %s "$1" | sha256sum', 'challenge', nonce], nonce, timeoutMs: RUN_TIMEOUT_MS };
  },
  verify({ params, result }) {
    if (result.exitCode !== 0) return { ok: false, reason: `the container exited with ${result.exitCode}, expected 0` };
    const expected = createHash('sha256').update(params.nonce).digest('hex');
    const printed = result.stdout.trim().split(/\s+/)[0];
    return printed === expected ? { ok: true } : { ok: false, reason: 'the container did not print the hash of the nonce' };
  },
};
