import { describe, expect, it } from 'vitest';

import images from '../../vectors/images.json' with { type: 'json' };
import { unwrap } from '../errors/result.ts';
import { matchesPrefix, parseImagePrefix } from './image-prefix.ts';
import { familiarImageName, formatImageReference, parseImageReference } from './image-reference.ts';

describe('images.json', () => {
  it.each(images.valid.map((entry) => [entry.text.slice(0, 60), entry] as const))('reads %s', (_, { text, canonical, reference }) => {
    const parsed = parseImageReference(text);
    expect(parsed).toEqual({ ok: true, value: reference });
    expect(parsed.ok && formatImageReference(parsed.value)).toBe(canonical);
  });

  it.each(images.refusals.map((entry) => [entry.reason, entry] as const))('refuses %s, and points at it', (_, { text, part, at }) => {
    expect(parseImageReference(text)).toMatchObject({ ok: false, error: { part, at } });
  });
});

it.each([
  ['docker.io/library/busybox:1', 'busybox:1'],
  ['docker.io/team/img', 'team/img'],
  ['ghcr.io/library/img', 'ghcr.io/library/img'],
])('%s is known as %s', (text, familiar) => {
  expect(familiarImageName(unwrap(parseImageReference(text)))).toBe(familiar);
});

it.each([
  ['GHCR.io/org/img', 'ghcr.io/org/img'],
  ['ghcr.io:443/org/img', 'ghcr.io/org/img'],
  ['ghcr.io:0443/org/img', 'ghcr.io/org/img'],
  ['ghcr.io:80/org/img', 'ghcr.io:80/org/img'],
  ['index.docker.io/busybox', 'docker.io/library/busybox'],
  ['registry-1.docker.io/library/busybox', 'docker.io/library/busybox'],
  ['Registry.Hub.Docker.com:443/team/img', 'docker.io/team/img'],
  ['docker.io:443/busybox', 'docker.io/library/busybox'],
  ['localhost:443/img', 'localhost:443/img'],
  ['localhost:80/img', 'localhost/img'],
  ['[0:0:0:0:0:0:0:1]:5000/img', '[::1]:5000/img'],
  ['0x7f.1:5000/img', '127.0.0.1:5000/img'],
  ['Registry/img', 'registry:443/img'],
  ['registry:443/img', 'registry:443/img'],
])('%s is but another spelling of %s', (text, canonical) => {
  expect(formatImageReference(unwrap(parseImageReference(text)))).toBe(canonical);
  expect(formatImageReference(unwrap(parseImageReference(canonical)))).toBe(canonical);
});

describe('matchesPrefix', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  it.each([
    ['ghcr.io', 'ghcr.io/org/train:1', true],
    ['ghcr.io', 'ghcr.io.evil.com/org/train', false],
    ['ghcr.io/org', 'ghcr.io/org/train', true],
    ['ghcr.io/org/', 'ghcr.io/org/train', true],
    ['ghcr.io/org', 'ghcr.io/organisation/train', false],
    ['ghcr.io/org/train', 'ghcr.io/org/train@' + digest, true],
    ['busybox', 'docker.io/library/busybox:1.37', true],
    ['busybox', 'evil/busybox', false],
    ['busybox:1.37', 'busybox:1.37', true],
    ['busybox:1.37', 'busybox:1.38', false],
    ['busybox:1.37', `busybox:1.37@${digest}`, false],
    ['busybox:latest', 'busybox', true],
    ['busybox:latest', `busybox@${digest}`, false],
    ['ghcr.io/org', 'GHCR.IO:443/org/train', true],
    ['GHCR.io', 'ghcr.io/org/train', true],
    ['docker.io', 'registry-1.docker.io/library/busybox', true],
    ['registry.hub.docker.com/', 'busybox', true],
    ['team/', 'team/img', true],
    ['team/', 'library/team', false],
    ['localhost:5000', 'localhost:5000/img', true],
    ['registry:5000/', 'registry:5000/img', true],
    ['registry:5000/', 'registry:5001/img', false],
    [`img@${digest}`, `img:1@${digest}`, true],
    [`img@${digest}`, 'img:1', false],
  ])('%s covers %s: %s', (prefix, image, covers) => {
    expect(matchesPrefix(unwrap(parseImageReference(image)), unwrap(parseImagePrefix(prefix)))).toBe(covers);
  });

  it('refuses what is no prefix', () => {
    for (const text of ['', '/', 'Upper', 'a//b', 'team/img:1/']) expect(parseImagePrefix(text).ok).toBe(false);
  });
});
