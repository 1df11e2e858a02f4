import { z } from 'zod';

export const portNumberSchema = z
  .int('expected a port from 1 to 65535')
  .min(1, 'expected a port from 1 to 65535')
  .max(65_535, 'expected a port from 1 to 65535');
export const portNameSchema = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, 'expected a name such as web: a letter, then letters, digits or dashes');
export const portProtocolSchema = z.enum(['tcp', 'udp']);

const MAX_PORTS = 16;

/** Names are one's own, and so is a number of one protocol. */
export function requireDistinct(
  ports: readonly { name: string; port: number; protocol?: 'tcp' | 'udp' | undefined }[],
  context: z.RefinementCtx,
): void {
  const numberOf = ({ port, protocol = 'tcp' }: (typeof ports)[number]) => `${port}/${protocol}`;
  for (const [field, keyOf] of [
    ['name', ({ name }: (typeof ports)[number]) => name],
    ['port', numberOf],
  ] as const) {
    const keys = ports.map(keyOf);
    const second = keys.findIndex((key, index) => keys.indexOf(key) < index);
    if (second >= 0) context.addIssue({ code: 'custom', path: [second, field], message: `another port has this ${field}` });
  }
}

/** Ports of the container that its node publishes, on ports of the node's own choice. */
export const portsSchema = z
  .array(z.strictObject({ name: portNameSchema, port: portNumberSchema, protocol: portProtocolSchema }))
  .min(1)
  .max(MAX_PORTS)
  .superRefine(requireDistinct);
export type TaskPort = z.output<typeof portsSchema>[number];

/** As a buyer writes them: TCP unless he says otherwise. */
export const portsDocumentSchema = z
  .array(
    z.strictObject({
      name: portNameSchema.describe('Yours, to find it by.'),
      port: portNumberSchema.describe('Where the container listens.'),
      protocol: portProtocolSchema.optional().describe('Default tcp.'),
    }),
  )
  .max(MAX_PORTS)
  .superRefine(requireDistinct);

/** Where a port of a running container is reached. */
export const publishedPortSchema = z.strictObject({
  name: portNameSchema,
  port: portNumberSchema,
  protocol: portProtocolSchema,
  /** An address or a name of the node. */
  address: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9.:_-]+$/),
  hostPort: portNumberSchema,
});
export type PublishedPort = z.output<typeof publishedPortSchema>;
export const publishedPortsSchema = z.array(publishedPortSchema).max(MAX_PORTS);

/** As people read and type it: `203.0.113.7:40000`, an IPv6 address in brackets. */
export const addressOfPort = ({ address, hostPort }: Pick<PublishedPort, 'address' | 'hostPort'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${hostPort}`;
