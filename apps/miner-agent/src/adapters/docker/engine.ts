import type { Agent } from 'node:http';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import Docker from 'dockerode';

export type Engine = Docker;

/** Connects to the engine that DOCKER_HOST names; nothing is sent yet. Throws CONFIG_INVALID. */
export function connectEngine(dockerHost: string, options: { agent?: Agent } = {}): Engine {
  const unix = /^(?:unix|npipe):\/\/(.+)$/.exec(dockerHost);
  if (unix?.[1]) return new Docker({ socketPath: unix[1], ...options });
  const tcp = /^(?:tcp|http):\/\/([^/:]+):(\d+)\/?$/.exec(dockerHost);
  if (tcp?.[1]) return new Docker({ protocol: 'http', host: tcp[1], port: Number(tcp[2]), ...options });
  throw new AppError('CONFIG_INVALID', {
    publicMessage: `DOCKER_HOST is ${dockerHost}, which this agent cannot use`,
    hint: 'Expected unix:///path/to/docker.sock or tcp://host:port. Reach an engine behind ssh or TLS through a local socket.',
  });
}

/** HTTP status of the engine's refusal; undefined when it did not answer at all. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** The engine's own words, without dockerode's prefix. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/^\(HTTP code \d+\) [a-z -]+ - /i, '')
    .trim()
    .slice(0, 2000);
}

/** An engine that does not answer is DOCKER_UNAVAILABLE whatever was asked; a refusal becomes `code`. */
export function engineError(error: unknown, code: ErrorCode, publicMessage?: string): AppError {
  if (error instanceof AppError) return error;
  if (statusOf(error) === undefined)
    return new AppError('DOCKER_UNAVAILABLE', { publicMessage: `Docker does not answer: ${messageOf(error)}`, cause: error });
  return new AppError(code, { publicMessage: publicMessage ?? messageOf(error), cause: error });
}

/** The engine's client leaves its listener on the signal for good; a derived one goes with the call. */
export const derived = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal]);
