import { formatImageReference, parseImageReference } from '../src/images/image-reference.ts';

const SHA = `sha256:${'ab'.repeat(32)}`;
const VALID = [
  'busybox',
  'busybox:1.37',
  'team/img',
  'docker.io/busybox',
  'index.docker.io/library/busybox:latest',
  'localhost/img',
  'localhost:5000/img:tag',
  'host:5000/img:tag',
  '127.0.0.1:5000/team/img',
  '[::1]:5000/img:1',
  'ghcr.io/org/sub/train:v1.2-rc_3',
  'Registry.Example.com/img',
  `busybox@${SHA}`,
  `ghcr.io/org/train:v1@${SHA}`,
  `img@sha512:${'0f'.repeat(64)}`,
  'a__b/c-d/e---f/g.h_i',
  `x:${'t'.repeat(128)}`,
  'p'.repeat(237),
];

/** Each with the part that the error must name and point at. */
const INVALID = [
  { text: '', part: 'name', at: '', reason: 'nothing' },
  { text: 'Busybox', part: 'path', at: 'Busybox', reason: 'capital letters in a path' },
  { text: 'ghcr.io/Org/img', part: 'path', at: 'Org', reason: 'capital letters in a path after a host' },
  { text: 'ghcr.io//img', part: 'path', at: '', from: 8, reason: 'an empty component' },
  { text: 'img/', part: 'path', at: '', from: 4, reason: 'a trailing slash' },
  { text: '/img', part: 'path', at: '', reason: 'a leading slash' },
  { text: '-img', part: 'path', at: '-img', reason: 'a leading dash, which a command line would take for a flag' },
  { text: 'a___b', part: 'path', at: 'a___b', reason: 'three underscores' },
  { text: 'a..b/img', part: 'domain', at: 'a..b', reason: 'a host with an empty label' },
  { text: 'a/../b', part: 'path', at: '..', reason: 'a path that climbs' },
  { text: '-host.io/img', part: 'domain', at: '-host.io', reason: 'a host label with a leading dash' },
  { text: 'host:port/img', part: 'domain', at: 'host:port', reason: 'a port that is no number' },
  { text: 'user@host/img', part: 'digest', at: 'host/img', reason: 'user info' },
  { text: 'https://ghcr.io/img', part: 'domain', at: 'https:', reason: 'a URL' },
  { text: 'img:', part: 'tag', at: '', from: 4, reason: 'a colon without a tag' },
  { text: 'img:.x', part: 'tag', at: '.x', reason: 'a tag that begins with a dot' },
  { text: 'img:a b', part: 'tag', at: 'a b', reason: 'a space' },
  { text: `img:${'t'.repeat(129)}`, part: 'tag', at: 't'.repeat(129), reason: 'a tag of 129 characters' },
  { text: 'img:a:b', part: 'tag', at: 'a:b', reason: 'two tags' },
  { text: 'img@', part: 'digest', at: '', from: 4, reason: 'an at sign without a digest' },
  { text: 'img@sha256:abc', part: 'digest', at: 'sha256:abc', reason: 'a digest that is too short' },
  { text: `img@sha256:${'AB'.repeat(32)}`, part: 'digest', at: `sha256:${'AB'.repeat(32)}`, reason: 'capital hex digits' },
  { text: `img@md5:${'0'.repeat(32)}`, part: 'digest', at: `md5:${'0'.repeat(32)}`, reason: 'an algorithm that proves nothing' },
  { text: `img@${SHA}@${SHA}`, part: 'digest', at: `${SHA}@${SHA}`, reason: 'two digests' },
  { text: '0123456789abcdef'.repeat(4), part: 'path', at: '0123456789abcdef'.repeat(4), reason: 'what looks like an image id' },
  { text: 'p'.repeat(256), part: 'name', at: 'p'.repeat(256), reason: 'a name over 255 characters' },
];

/** vectors/images.json: image references with their parts and canonical form, and texts with the part that is wrong. */
export function imageVectors() {
  return {
    description:
      'Image references by the grammar of the distribution specification: `canonical` fills in Docker’s defaults; `at` is [start, end).',
    valid: VALID.map((text) => {
      const parsed = parseImageReference(text);
      if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
      return { text, canonical: formatImageReference(parsed.value), reference: parsed.value };
    }),
    refusals: INVALID.map(({ text, part, at, from, reason }) => {
      const start = from ?? text.indexOf(at);
      return { text, part, reason, at: { start, end: start + at.length } };
    }),
  };
}
