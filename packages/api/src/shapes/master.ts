import { z } from 'zod';
import { addressSchema } from './common.ts';

/** What a buyer names in a run, and what a dashboard must know of the chain; public. */
export const masterInfoShape = z.object({
  address: addressSchema,
  chainId: z.int(),
  registry: addressSchema,
  validatorSet: addressSchema,
  /** Only on the dev chain; elsewhere a wallet brings its own. */
  rpcUrl: z.string().nullable(),
  discoveryUri: z.string(),
  heartbeatMs: z.int(),
  version: z.string(),
  isDev: z.boolean(),
  chain: z.object({
    /** Newest block that the mirror has read; null before the first. */
    head: z.int().nullable(),
    lagging: z.boolean(),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  }),
});
export type MasterInfo = z.infer<typeof masterInfoShape>;
