import { addressSchema } from '@muster/protocol/primitives';
import { BYTES_EXPECTED, parseBytes } from '@muster/protocol/units/bytes';
import { z } from 'zod';
import { parseImageRule } from './image-rules.ts';
import { MOST_ALLOCATIONS } from './policy.ts';
import { isTimeZone, WEEKDAYS, type Window } from './schedule.ts';

/** Every scalar of the file is read as text (parse-policy.ts), so that 0x… stays an address and 08:00 a time. */
const text = z.string();

function read<T>(parse: (value: string) => T | undefined, expected: string) {
  return text.transform((value, context): T => {
    const parsed = parse(value);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

const cores = read(
  (value) => (/^\d{1,6}(\.\d{1,3})?$/.test(value) ? Number(value) : undefined),
  'expected hardware threads, fractions allowed',
);
const bytes = read(parseBytes, `expected ${BYTES_EXPECTED}`);
const count = (most: number) =>
  read((value) => (/^\d{1,9}$/.test(value) && Number(value) <= most ? Number(value) : undefined), `expected a whole number up to ${most}`);
const decision = read((value) => ({ allow: true, refuse: false })[value], 'expected allow or refuse');
const yesOrNo = read((value) => ({ true: true, yes: true, false: false, no: false })[value], 'expected true or false');
const listOf = <T extends z.ZodType>(item: T) => z.array(item, 'expected a list').max(1000);

const imageRule = text.transform((value, context) => {
  const rule = parseImageRule(value);
  if (rule.ok) return rule.value;
  context.addIssue({ code: 'custom', message: `expected a registry, a branch of one, an image or a digest (${rule.error})` });
  return z.NEVER;
});

const room = { cpu: cores.optional(), memory: bytes.optional(), disk: bytes.optional() };
const bounds = z.strictObject({ ...room, gpus: count(64).optional() }).transform(({ memory, disk, ...rest }) => ({
  ...rest,
  ...(memory === undefined ? {} : { memoryBytes: memory }),
  ...(disk === undefined ? {} : { diskBytes: disk }),
}));

/** `mon`, `mon-fri`, `fri-mon`, `daily`. */
const days = read(
  (value): number[] | undefined => {
    if (value === 'daily') return [0, 1, 2, 3, 4, 5, 6];
    const [first, last, ...rest] = value.split('-').map((name) => WEEKDAYS.indexOf(name));
    if (first === undefined || first < 0 || rest.length > 0) return undefined;
    if (last === undefined) return [first];
    return last < 0 ? undefined : Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, i) => (first + i) % 7);
  },
  `expected daily, a day (${WEEKDAYS.join(', ')}) or a span such as mon-fri`,
);

const time = (latest: string) =>
  read((value) => {
    const [, hours, minutes] = /^(\d{2}):([0-5]\d)$/.exec(value) ?? [];
    const minute = Number(hours) * 60 + Number(minutes);
    return hours === undefined || value > latest ? undefined : minute;
  }, `expected a time from 00:00 to ${latest}`);

const windowSchema = z
  .strictObject({ days: z.union([days, z.array(days).min(1)]).optional(), from: time('23:59'), to: time('24:00') })
  .transform(({ days: on, from, to }): Window => {
    const list = [...new Set((on ?? [0, 1, 2, 3, 4, 5, 6]).flat())].toSorted((a, b) => a - b);
    const names = list.length === 7 ? 'daily' : list.map((day) => WEEKDAYS[day]).join(' ');
    return { days: list, from, to, text: `${names} ${clockText(from)}–${clockText(to)}` };
  });

const clockText = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

const schedule = z.strictObject({
  timezone: text.refine(isTimeZone, 'expected the name of a time zone'),
  windows: listOf(windowSchema).min(1, 'expected at least one window'),
  drain: yesOrNo.optional(),
});

export const policyDocumentSchema = z.strictObject({
  images: z.strictObject({ allow: listOf(imageRule).optional(), block: listOf(imageRule).optional() }).optional(),
  limits: z.strictObject({ each: bounds.optional(), all: bounds.optional(), allocations: count(MOST_ALLOCATIONS).optional() }).optional(),
  reserve: z.strictObject(room).optional(),
  features: z
    .strictObject({ gpu: decision.optional(), egress: decision.optional(), root: decision.optional(), ports: decision.optional() })
    .optional(),
  buyers: z.strictObject({ allow: listOf(addressSchema).optional(), block: listOf(addressSchema).optional() }).optional(),
  hours: schedule.optional(),
  maintenance: schedule.optional(),
});

export type PolicyDocument = z.output<typeof policyDocumentSchema>;

const WINDOW = '{ days: mon-fri, from: "18:00", to: "08:00" }';

/** By path, without list positions: a line that would do there. The deepest that is known applies. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  '': 'limits: { allocations: 4 }',
  images: 'images: { allow: [ghcr.io/org, busybox:1.37] }',
  'images.allow': 'allow: [ghcr.io/org, busybox:1.37]',
  'images.block': 'block: [docker.io/somebody]',
  limits: 'limits: { each: { cpu: 2 }, allocations: 4 }',
  'limits.each': 'each: { cpu: 2, memory: 4GB, disk: 20GB, gpus: 1 }',
  'limits.all': 'all: { cpu: 6, memory: 24GB, disk: 200GB, gpus: 2 }',
  'limits.allocations': 'allocations: 4',
  reserve: 'reserve: { cpu: 1, memory: 2GB, disk: 20GB }',
  features: 'features: { gpu: allow, egress: refuse }',
  buyers: 'buyers: { block: ["0x5FbDB2315678afecb367f032d93F642f64180aa3"] }',
  hours: `hours: { timezone: Europe/Vienna, windows: [${WINDOW}] }`,
  'hours.timezone': 'timezone: Europe/Vienna',
  'hours.windows': `windows: [${WINDOW}]`,
  'hours.drain': 'drain: true',
  maintenance: 'maintenance: { timezone: Europe/Vienna, windows: [{ days: sun, from: "03:00", to: "05:00" }], drain: true }',
  'maintenance.timezone': 'timezone: Europe/Vienna',
  'maintenance.windows': 'windows: [{ days: sun, from: "03:00", to: "05:00" }]',
  'maintenance.drain': 'drain: true',
};
