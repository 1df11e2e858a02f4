import { describe, expect, it } from 'vitest';
import { containerUser, DEFAULT_USER, needsPasswd } from './container-user.ts';

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\ntoor:x:0:5::/:/bin/sh\nnode:x:1000:1001::/home/node:/bin/sh\nmixed:x:33:0::/:\n';

describe('containerUser', () => {
  it.each([
    ['', DEFAULT_USER],
    ['0', DEFAULT_USER],
    ['root', DEFAULT_USER],
    ['0:0', DEFAULT_USER],
    ['toor', DEFAULT_USER],
    ['1000', { uid: 1000, gid: 1001 }],
    ['1000:7', { uid: 1000, gid: 7 }],
    ['4242', { uid: 4242, gid: 4242 }],
    ['node', { uid: 1000, gid: 1001 }],
    ['mixed', { uid: 33, gid: 33 }],
    ['nobody-here', null],
  ])('image user "%s" runs as %o, never as root', (user, expected) => {
    expect(containerUser(user, PASSWD)).toEqual(expected);
  });

  it('asks for /etc/passwd only when a name or a group is missing', () => {
    expect([needsPasswd(''), needsPasswd('1:2'), needsPasswd('1'), needsPasswd('node')]).toEqual([false, false, true, true]);
  });
});
