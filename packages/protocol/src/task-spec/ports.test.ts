import { expect, it } from 'vitest';

import { featuresNeededBy } from '../offer.ts';
import { parseTaskSpec } from './parse-task-spec.ts';
import { addressOfPort } from './ports.ts';

const specOf = (ports: unknown, network = 'egress') => parseTaskSpec({ image: 'busybox', network, ports });
const issuesOf = (ports: unknown, network?: string) => {
  const parsed = specOf(ports, network);
  return parsed.ok ? [] : parsed.error.issues.map(({ path, message }) => `${path}: ${message}`);
};
const web = { name: 'web', port: 8080 };

it('is TCP unless the buyer says otherwise, and no field when there is none', () => {
  const parsed = specOf([web]);
  expect(parsed.ok && parsed.value.ports).toEqual([{ name: 'web', port: 8080, protocol: 'tcp' }]);
  const none = specOf([]);
  expect(none.ok && 'ports' in none.value).toBe(false);
});

it.each([
  ['a second port of one name', [web, { name: 'web', port: 81 }], 'ports[1].name: another port has this name'],
  ['a second port of one number', [web, { name: 'api', port: 8080, protocol: 'tcp' }], 'ports[1].port: another port has this port'],
  ['a number that is none', [{ name: 'web', port: 70_000 }], 'ports[0].port: expected a port from 1 to 65535'],
  ['a name in capitals', [{ name: 'WEB', port: 80 }], 'ports[0].name: expected a name such as web'],
])('refuses %s', (_title, ports, issue) => {
  expect(issuesOf(ports)[0]).toContain(issue);
});

it('lets TCP and UDP have the same number, and needs a network', () => {
  expect(issuesOf([web, { name: 'feed', port: 8080, protocol: 'udp' }])).toEqual([]);
  expect(issuesOf([web], 'none')).toEqual(['ports: expected network: egress with ports, since a container without network has none']);
});

it('is a feature that a node must offer, as its network is', () => {
  const parsed = specOf([web]);
  expect(parsed.ok && featuresNeededBy(parsed.value)).toEqual(['egress', 'ports']);
});

it('is written as one types it', () => {
  expect(addressOfPort({ address: '203.0.113.5', hostPort: 40_000 })).toBe('203.0.113.5:40000');
  expect(addressOfPort({ address: '2606:4700::5', hostPort: 40_000 })).toBe('[2606:4700::5]:40000');
});
