import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { IncomingMessage as Incoming } from 'node:http';
import { describe, expect, it } from 'vitest';
import { allowedOrigins } from './allowed-origins.ts';
import { originOf, tokenOf } from './buyer-request.ts';
import { sessionCookie, tokenFromCookies } from './session-cookie.ts';

const TOKEN = 'abcdefghijklmnopqrstuvwxyz';
const origins = allowedOrigins('http://127.0.0.1:3000');
const request = (method: string, headers: Record<string, string>): IncomingMessage =>
  Object.assign(new Incoming(new Socket()), { method, headers });
const cookie = `theme=dark; muster_session=${TOKEN}`;

describe('tokenOf', () => {
  it.each([
    ['a POST from our own page', 'POST', { cookie, origin: 'http://127.0.0.1:3000' }, TOKEN],
    ['a POST from our own page under its other name', 'POST', { cookie, origin: 'http://localhost:3000' }, TOKEN],
    ['a GET', 'GET', { cookie }, TOKEN],
    ['a POST from another site', 'POST', { cookie, origin: 'http://evil.example' }, null],
    ['a POST from another port', 'POST', { cookie, origin: 'http://127.0.0.1:4000' }, null],
    ['a POST of unknown origin', 'POST', { cookie }, null],
    ['a socket of unknown origin', 'GET', { cookie, upgrade: 'websocket' }, null],
    ['a bearer token from anywhere', 'POST', { authorization: `Bearer ${TOKEN}`, origin: 'http://evil.example' }, TOKEN],
    ['no credentials', 'POST', {}, null],
  ])('of %s', (_what, method, headers, token) => {
    expect(tokenOf(request(method, headers), origins)).toBe(token);
  });
});

describe('originOf', () => {
  it('is the page’s where that is ours, and else our own', () => {
    expect(originOf(request('POST', { origin: 'http://localhost:3000' }), origins)).toBe('http://localhost:3000');
    expect(originOf(request('POST', { origin: 'http://evil.example' }), origins)).toBe('http://127.0.0.1:3000');
  });
});

describe('allowedOrigins', () => {
  it('allows a public server no other name', () => {
    const strict = allowedOrigins('https://muster.example/');
    expect(['https://muster.example', 'http://muster.example', 'http://localhost'].map((origin) => strict.has(origin))).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('the session cookie', () => {
  it('is read back as it was set', () => {
    const set = sessionCookie({ token: TOKEN, expiresAt: new Date(0) }, { secure: true });
    expect(set).toContain('; Secure');
    expect(tokenFromCookies(set.split(';', 1)[0])).toBe(TOKEN);
    expect(tokenFromCookies(sessionCookie(null, { secure: false }).split(';', 1)[0])).toBeNull();
  });
});
