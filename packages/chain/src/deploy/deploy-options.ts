import { parseArgs } from 'node:util';
import { addressSchema } from '@muster/protocol/primitives';
import { z } from 'zod';
import { networkOf } from '../networks.ts';

export const DEPLOY_USAGE = `Deploys Muster's contracts and writes the address book.

  pnpm --filter @muster/chain run deploy:contracts --chain 421614 --rpc https://… --key-file "$PWD/deployer.key" [options]

  --chain <id>          31337 (Anvil), 421614 (Arbitrum Sepolia) or 42161 (Arbitrum One)
  --rpc <url>           JSON-RPC of that chain
  --key-file <path>     the paying key, mode 0600; a relative path is one from packages/chain
  --owner <address>     keeps the list of validators; the paying account by default
  --validator <address> put on the list at once; may be repeated
  --book <directory>    where to write <chain>.json; the committed book by default
  --dry-run             estimate and simulate, send nothing`;

const optionsSchema = z.object({
  chain: z.coerce.number('expected a chain id').int(),
  rpc: z.url('expected a URL'),
  'key-file': z.string('is required').min(1),
  owner: addressSchema.optional(),
  validator: z.array(addressSchema).default([]),
  book: z.string().optional(),
  'dry-run': z.boolean().default(false),
});
export type DeployArguments = z.infer<typeof optionsSchema>;

/** Throws an Error whose message names the option. */
export function parseDeployArguments(argv: readonly string[]): DeployArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      chain: { type: 'string' },
      rpc: { type: 'string' },
      'key-file': { type: 'string' },
      owner: { type: 'string' },
      validator: { type: 'string', multiple: true },
      book: { type: 'string' },
      'dry-run': { type: 'boolean' },
    },
  });
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'));
  networkOf(parsed.data.chain);
  return parsed.data;
}
