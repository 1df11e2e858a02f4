import { describe, expect, it } from 'vitest';
import { parseChallenge, tokenUrlOf } from './challenge.ts';

describe('parseChallenge', () => {
  it('reads what Docker Hub sends', () => {
    const challenge = parseChallenge(
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull"',
    );
    if (challenge?.scheme !== 'bearer') throw new Error('not understood');
    expect(tokenUrlOf(challenge, { repository: 'library/busybox', registryUrl: 'https://registry-1.docker.io' })).toBe(
      'https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Alibrary%2Fbusybox%3Apull',
    );
  });

  it('asks to pull the repository when the registry names no scope', () => {
    const challenge = parseChallenge('bearer Realm="https://r.example/token?a=1", error="a \\"quoted\\" word"');
    if (challenge?.scheme !== 'bearer') throw new Error('not understood');
    expect(challenge.parameters.get('error')).toBe('a "quoted" word');
    expect(tokenUrlOf(challenge, { repository: 'a/b', registryUrl: 'https://r.example' })).toBe(
      'https://r.example/token?a=1&scope=repository%3Aa%2Fb%3Apull',
    );
  });

  it('sends no credentials in clear because a registry says so', () => {
    const challenge = parseChallenge('Bearer realm="http://r.example/token"');
    if (challenge?.scheme !== 'bearer') throw new Error('not understood');
    expect(() => tokenUrlOf(challenge, { repository: 'a/b', registryUrl: 'https://r.example' })).toThrow(TypeError);
    expect(tokenUrlOf(challenge, { repository: 'a/b', registryUrl: 'http://localhost:5000' })).toContain('http://r.example/token');
  });

  it('knows basic, and gives up on the rest', () => {
    expect(parseChallenge('Basic realm="x"')).toEqual({ scheme: 'basic' });
    for (const header of [null, '', 'Negotiate', 'Bearer service="x"']) expect(parseChallenge(header)).toBeNull();
  });
});
