import { z } from 'zod';

/** Becomes part of a Docker volume's name and of a file's name, so nothing but the plainest characters. */
export const volumeNameSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'expected 1 to 40 of a-z, 0-9 and -, such as checkpoints');
