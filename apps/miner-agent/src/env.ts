import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseImagePrefix, type ImagePrefix } from '@muster/protocol/images/image-prefix';
import { addressSchema, httpUrlSchema, runIdSchema } from '@muster/protocol/primitives';
import { z } from 'zod';
import { isPublicIpv4 } from './isolation/fence-rules.ts';
import { parsePortRange, PORT_RANGE_EXPECTED, type PortRange } from './publishing/port-range.ts';
import { RELAY } from './reach.ts';
import { mergeSettings } from './settings/merge-settings.ts';
import { settingNotes, yesOrNo } from './settings/setting-notes.ts';

const port = z.coerce.number().int('expected a port').min(0, 'expected a port').max(65_535, 'expected a port');
const hostAndPort = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/, 'expected an address and a port')
  .transform((text) => ({
    host: text.slice(0, text.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
    port: Number(text.slice(text.lastIndexOf(':') + 1)),
  }))
  .refine(({ port: number }) => number <= 65_535, 'expected a port up to 65535');
const ms = z.coerce.number().int('expected whole milliseconds').positive('expected whole milliseconds');
const imagePrefixes = z.string().transform((text, context): ImagePrefix[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => {
      const prefix = parseImagePrefix(part);
      if (prefix.ok) return [prefix.value];
      context.addIssue({ code: 'custom', message: `expected prefixes of images with commas between: ${prefix.error.message}` });
      return [];
    }),
);
const bytes = z.coerce.number().int('expected whole bytes').positive('expected whole bytes');

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const publicResolvers = list.pipe(
  z
    .array(z.string().refine((text) => isPublicIpv4(text), 'expected public IPv4 addresses: those of your own network are fenced off'))
    .min(1, 'expected at least one address'),
);
const ranges = list.pipe(z.array(z.cidrv4('expected ranges such as 203.0.113.0/24')));
const portRange = z.string().transform((text, context): PortRange => {
  const range = parsePortRange(text);
  if (range) return range;
  context.addIssue({ code: 'custom', message: PORT_RANGE_EXPECTED });
  return z.NEVER;
});
const endpoint = z
  .string()
  .refine((value) => value === RELAY || httpUrlSchema.safeParse(value).success, 'expected relay, or a URL such as http://203.0.113.7:7700');

/**
 * Every setting of the agent, once. MUSTER_RUN_ID is also `--run-id` and `runId` in the configuration file: flags win over
 * variables, variables over the file, the file over the defaults.
 */
export const settingsSchema = z.object({
  MUSTER_RUN_ID: runIdSchema.optional().register(settingNotes, { about: 'the run to serve', example: '1' }),
  MUSTER_CHAIN_ID: z.coerce
    .number()
    .int('expected a chain id')
    .positive('expected a chain id')
    .default(31337)
    .register(settingNotes, { about: '31337 Anvil, 421614 Arbitrum Sepolia, 42161 Arbitrum One', example: '42161' }),
  MUSTER_RPC_URL: z.url('expected a URL').optional().register(settingNotes, {
    about: "the chain's RPC; required off the dev chain",
    example: 'http://127.0.0.1:8545',
    defaultText: '`http://127.0.0.1:8545` on Anvil',
    secret: 'url',
  }),
  MUSTER_REGISTRY: addressSchema.optional().register(settingNotes, {
    about: 'for a registry that the address book does not know',
    example: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
    defaultText: 'address book',
  }),
  MUSTER_VALIDATOR_SET: addressSchema.optional().register(settingNotes, {
    about: 'the same for the set of validators',
    example: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
    defaultText: 'address book',
  }),
  MUSTER_DEPLOYMENT_BLOCK: z.coerce
    .number('expected a block number')
    .int('expected a block number')
    .nonnegative('expected a block number')
    .optional()
    .register(settingNotes, { about: "the block of that registry's deployment", example: '0', defaultText: 'address book' }),
  MUSTER_METRICS_LISTEN: hostAndPort.optional().register(settingNotes, {
    about: 'where Prometheus may read `/metrics`; off without it. Nothing protects it: keep it on loopback or in a network of your own',
    example: '127.0.0.1:9464',
  }),
  MUSTER_CHAIN_POLL_MS: ms.optional().register(settingNotes, {
    about: 'how often the chain is asked where the node stands; a metered RPC is spared by more',
    example: '15000',
    defaultText: '`15000`; `1000` on Anvil',
  }),
  MUSTER_NODE_KEY: z.string().optional().register(settingNotes, { about: 'the node key itself, instead of a file', secret: 'key' }),
  MUSTER_NODE_KEY_FILE: z.string().optional().register(settingNotes, {
    about: 'names the node; signs everything it says; created when missing',
    example: '/var/lib/muster/node.key',
    defaultText: '`<data>/node.key`',
  }),
  MUSTER_PROVIDER_KEY: z
    .string()
    .optional()
    .register(settingNotes, { about: "the provider's key itself, instead of a file", secret: 'key' }),
  MUSTER_PROVIDER_KEY_FILE: z
    .string()
    .optional()
    .register(settingNotes, { about: 'pays for the registration', example: '/etc/muster/provider.key' }),
  MUSTER_PROVIDER: addressSchema.optional().register(settingNotes, {
    about: "without such a key: the provider's address; the agent prints the node's consent as a link and waits",
    example: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  }),
  MUSTER_DASHBOARD_URL: httpUrlSchema
    .optional()
    .register(settingNotes, { about: 'where that link leads', example: 'http://127.0.0.1:3000' }),
  MUSTER_LISTEN_HOST: z
    .string()
    .default('::')
    .register(settingNotes, { about: 'where validators and the master come in; `::` is IPv6 and IPv4', example: '0.0.0.0' }),
  MUSTER_LISTEN_PORT: port.default(7700).register(settingNotes, { about: 'its port', example: '7700' }),
  MUSTER_ENDPOINT: endpoint.optional().register(settingNotes, {
    about: 'the URL that is announced, when others reach the machine by another name; or `relay`, when nobody does',
    example: 'http://203.0.113.7:7700',
    defaultText: 'from the above',
  }),
  MUSTER_PORT_RANGE: portRange.optional().register(settingNotes, {
    about: 'ports of this machine on which containers may be published; without it they publish none',
    example: '40000-40099',
  }),
  MUSTER_PORT_HOST: z.ipv4('expected an IPv4 address of this machine').default('0.0.0.0').register(settingNotes, {
    about: 'where those ports are bound',
    example: '203.0.113.7',
  }),
  MUSTER_PORT_ADDRESS: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9.:_-]+$/, 'expected an address or a name')
    .optional()
    .register(settingNotes, {
      about: 'the address or name under which buyers reach them',
      example: '203.0.113.7',
      defaultText: 'as announced',
    }),
  MUSTER_DATA_DIR: z
    .string()
    .default(join(homedir(), '.muster', 'miner'))
    .register(settingNotes, {
      about: 'keys, state, log spool; one agent at a time',
      example: '/var/lib/muster',
      defaultText: '`~/.muster/miner`',
    }),
  MUSTER_POLICY_FILE: z.string().optional().register(settingNotes, {
    about: 'what the owner allows: images, sizes, features, buyers, hours (docs/operations/policy.md)',
    example: '/etc/muster/policy.yaml',
    defaultText: '`<data>/policy.yaml`, if there is one',
  }),
  DOCKER_HOST: z
    .string()
    .default('unix:///var/run/docker.sock')
    .register(settingNotes, { about: '`unix://…` or `tcp://…`', example: 'unix:///var/run/docker.sock' }),
  MUSTER_STOP_CONTAINERS_ON_EXIT: yesOrNo
    .default(false)
    .register(settingNotes, { about: '`1`: leave no container behind when the agent ends', example: '1' }),
  MUSTER_ORPHAN_GRACE_MS: ms
    .default(60_000)
    .register(settingNotes, { about: 'how long a container of ours that no order knows may stay', example: '60000' }),
  MUSTER_LEAST_HEARTBEAT_MS: ms.max(5_000, 'expected 5 seconds at the most').default(500).register(settingNotes, {
    about: 'the shortest pause between two heartbeats, however short a one the master asks for',
    example: '500',
  }),
  MUSTER_LOG_SPOOL_BYTES: bytes.default(64 * 1024 * 1024).register(settingNotes, {
    about: 'undelivered log per allocation; beyond it the oldest lines give way to a note',
    example: '67108864',
  }),
  MUSTER_LOG_SPOOL_TOTAL_BYTES: bytes.default(512 * 1024 * 1024).register(settingNotes, {
    about: 'the same over all allocations; the longest spools give way first',
    example: '536870912',
  }),
  MUSTER_RUNTIME: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/, "expected the engine's name of a runtime")
    .optional()
    .register(settingNotes, {
      about: "the engine's runtime for every container, such as gVisor's",
      example: 'runsc',
      defaultText: "the engine's",
    }),
  MUSTER_EGRESS_DNS: publicResolvers.default(['1.1.1.1', '9.9.9.9']).register(settingNotes, {
    about: 'resolvers of containers with a network: public ones alone',
    example: '1.1.1.1,9.9.9.9',
    defaultText: '`1.1.1.1,9.9.9.9`',
  }),
  MUSTER_EGRESS_DENY: ranges.default([]).register(settingNotes, {
    about: 'ranges that containers may not reach, besides all private ones and your own networks',
    example: '203.0.113.0/24,8.8.4.4/32',
    defaultText: '',
  }),
  MUSTER_DISK_RESERVE_BYTES: bytes.default(2 * 1024 ** 3).register(settingNotes, {
    about: "free space on the engine's disk that containers and images never get",
    example: '2147483648',
  }),
  MUSTER_IMAGE_BYTES: bytes.optional().register(settingNotes, {
    about: 'for all images that the agent pulls; the least recently used that no allocation uses give way',
    example: '50000000000',
    defaultText: '40% of the disk',
  }),
  MUSTER_LOCAL_IMAGES: imagePrefixes.optional().register(settingNotes, {
    about: "images that are on the machine already and that buyers may use, by prefix; others of the miner's stay his own",
    example: 'muster/,ghcr.io/org/train',
    defaultText: 'none; on Anvil all',
  }),
  MUSTER_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'], 'expected trace, debug, info, warn or error')
    .default('info')
    .register(settingNotes, { about: 'what is logged', example: 'info' }),
  MUSTER_LOG_FORMAT: z
    .enum(['pretty', 'json'], 'expected pretty or json')
    .optional()
    .register(settingNotes, { about: '`pretty` or `json`', example: 'json', defaultText: 'by terminal' }),
});

export type Env = z.output<typeof settingsSchema>;

/** The environment alone. Throws SettingsError with every bad variable, what was expected and an example. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): Env {
  return mergeSettings(settingsSchema, { env }).values;
}
