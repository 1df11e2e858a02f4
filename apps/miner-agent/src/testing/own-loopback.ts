import { randomInt } from 'node:crypto';

/** One of loopback's many addresses, on which nobody else listens or connects: a port that was given back there can be had again. */
export const ownLoopback = (): string => `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`;
