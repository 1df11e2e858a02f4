import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { checkUrl, createGuardedLookup, GuardedFetchError, isAddressAllowed, type GuardedFetchErrorCode } from './guarded-url.ts';

const PUBLIC = { allowPrivate: false };
const DEV = { allowPrivate: true };

function codeOf(url: string, policy = PUBLIC): GuardedFetchErrorCode | 'allowed' {
  try {
    checkUrl(url, policy);
    return 'allowed';
  } catch (error) {
    if (error instanceof GuardedFetchError) return error.code;
    throw error;
  }
}

describe('checkUrl', () => {
  const evasions: [url: string, public_: GuardedFetchErrorCode | 'allowed', dev: GuardedFetchErrorCode | 'allowed'][] = [
    ['https://miner.example.com/', 'allowed', 'allowed'],
    ['http://miner.example.com:7700/x?y#z', 'allowed', 'allowed'],
    ['http://8.8.8.8/', 'allowed', 'allowed'],
    ['http://[2606:4700::1111]:8080/', 'allowed', 'allowed'],
    // plain local addresses
    ['http://127.0.0.1/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://127.255.255.254:7700/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://10.0.0.1/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://172.16.0.1/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://172.31.255.255/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://192.168.1.1/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://100.64.0.1/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://100.127.255.255/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://[::1]/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://[fc00::1]/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://[fdff:ffff::1]/', 'ADDRESS_FORBIDDEN', 'allowed'],
    // never meant, on no chain
    ['http://169.254.169.254/latest/meta-data/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[fe80::1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://0.0.0.0/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://0.1.2.3/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[::]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://224.0.0.1/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[ff02::1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://255.255.255.255/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://198.18.0.1/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://240.0.0.1/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    // IPv4 inside IPv6
    ['http://[::ffff:127.0.0.1]/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://[::ffff:a9fe:a9fe]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[::127.0.0.1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[::ffff:0:127.0.0.1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[64:ff9b::7f00:1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[64:ff9b:1::7f00:1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[2002:7f00:1::]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[2001:0:7f00:1::]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    ['http://[fec0::1]/', 'ADDRESS_FORBIDDEN', 'ADDRESS_FORBIDDEN'],
    // spellings of IPv4
    ['http://2130706433/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://0x7f000001/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://0x7f.1/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://0177.0.0.1/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://127.1/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://127.0.0.1%2e/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://%31%32%37.0.0.1/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://①②⑦.⓪.⓪.①/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://127。0。0。1/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://0x08080808/', 'HOST_FORBIDDEN', 'HOST_FORBIDDEN'],
    ['http://127.0.0.1./', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://256.256.256.256/', 'URL_INVALID', 'URL_INVALID'],
    // local names
    ['http://localhost:7700/', 'HOST_FORBIDDEN', 'allowed'],
    ['http://LOCALHOST./', 'HOST_FORBIDDEN', 'allowed'],
    ['http://a.localhost/', 'HOST_FORBIDDEN', 'allowed'],
    ['http://metadata.google.internal/', 'HOST_FORBIDDEN', 'allowed'],
    ['http://postgres:5432/', 'HOST_FORBIDDEN', 'allowed'],
    ['http://printer.local/', 'HOST_FORBIDDEN', 'allowed'],
    // user info
    ['http://user@8.8.8.8/', 'USERINFO_FORBIDDEN', 'USERINFO_FORBIDDEN'],
    ['http://a:b@miner.example.com/', 'USERINFO_FORBIDDEN', 'USERINFO_FORBIDDEN'],
    ['http://@miner.example.com/', 'USERINFO_FORBIDDEN', 'USERINFO_FORBIDDEN'],
    ['http://miner.example.com@127.0.0.1/', 'USERINFO_FORBIDDEN', 'USERINFO_FORBIDDEN'],
    // ports
    ['http://miner.example.com:22/', 'PORT_FORBIDDEN', 'PORT_FORBIDDEN'],
    ['http://miner.example.com:25/', 'PORT_FORBIDDEN', 'PORT_FORBIDDEN'],
    ['http://miner.example.com:0/', 'PORT_FORBIDDEN', 'PORT_FORBIDDEN'],
    ['http://miner.example.com:6667/', 'PORT_FORBIDDEN', 'PORT_FORBIDDEN'],
    ['http://miner.example.com:443/', 'allowed', 'allowed'],
    ['http://miner.example.com:65536/', 'URL_INVALID', 'URL_INVALID'],
    // schemes
    ['file:///etc/passwd', 'SCHEME_FORBIDDEN', 'SCHEME_FORBIDDEN'],
    ['ftp://miner.example.com/', 'SCHEME_FORBIDDEN', 'SCHEME_FORBIDDEN'],
    ['gopher://127.0.0.1:6379/_', 'SCHEME_FORBIDDEN', 'SCHEME_FORBIDDEN'],
    ['data:text/plain,hello', 'SCHEME_FORBIDDEN', 'SCHEME_FORBIDDEN'],
    ['javascript:alert(1)', 'SCHEME_FORBIDDEN', 'SCHEME_FORBIDDEN'],
    ['ws://miner.example.com/', 'SCHEME_FORBIDDEN', 'SCHEME_FORBIDDEN'],
    // what parsers disagree on
    ['http://miner.example.com\\@127.0.0.1/', 'URL_INVALID', 'URL_INVALID'],
    ['http:\\\\127.0.0.1/', 'URL_INVALID', 'URL_INVALID'],
    ['http://127.0.0.1\t/', 'URL_INVALID', 'URL_INVALID'],
    ['http://127.0.0.1\r\nHost: x/', 'URL_INVALID', 'URL_INVALID'],
    [' http://127.0.0.1/', 'URL_INVALID', 'URL_INVALID'],
    ['http:///127.0.0.1/', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http:127.0.0.1', 'ADDRESS_FORBIDDEN', 'allowed'],
    ['http://', 'URL_INVALID', 'URL_INVALID'],
    ['miner.example.com', 'URL_INVALID', 'URL_INVALID'],
    ['//miner.example.com', 'URL_INVALID', 'URL_INVALID'],
    ['', 'URL_INVALID', 'URL_INVALID'],
  ];

  it.each(evasions)('judges %j as %s in public and %s on the dev chain', (url, inPublic, onDev) => {
    expect(codeOf(url, PUBLIC)).toBe(inPublic);
    expect(codeOf(url, DEV)).toBe(onDev);
  });
});

describe('isAddressAllowed', () => {
  it('refuses what is no address, and scoped addresses', () => {
    expect(isAddressAllowed('miner.example.com', DEV)).toBe(false);
    expect(isAddressAllowed('fe80::1%eth0', DEV)).toBe(false);
    expect(isAddressAllowed('', DEV)).toBe(false);
  });
});

describe('createGuardedLookup', () => {
  const v4 = (address: string): LookupAddress => ({ address, family: 4 });
  const v6 = (address: string): LookupAddress => ({ address, family: 6 });

  function lookup(answers: LookupAddress[] | Error, policy = PUBLIC, options: { all?: boolean; family?: number } = { all: true }) {
    const resolve = async () => {
      if (answers instanceof Error) throw answers;
      return answers;
    };
    return new Promise((done, fail) => {
      createGuardedLookup({ ...policy, resolve })('name.example.com', options, (error, address) => (error ? fail(error) : done(address)));
    });
  }

  it('hands out public answers', async () => {
    await expect(lookup([v4('8.8.8.8'), v6('2606:4700::1')])).resolves.toEqual([v4('8.8.8.8'), v6('2606:4700::1')]);
    await expect(lookup([v4('8.8.8.8')], PUBLIC, {})).resolves.toBe('8.8.8.8');
    await expect(lookup([v4('8.8.8.8'), v6('2606:4700::1')], PUBLIC, { all: true, family: 6 })).resolves.toEqual([v6('2606:4700::1')]);
  });

  it.each(['127.0.0.1', '10.1.2.3', '100.64.0.1', '::1', 'fd00::1', '::ffff:192.168.0.1'])(
    'refuses a name that resolves to %s off the dev chain',
    async (address) => {
      await expect(lookup([{ address, family: 4 }])).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
      await expect(lookup([{ address, family: 4 }], DEV)).resolves.toHaveLength(1);
    },
  );

  it('refuses mixed answers altogether', async () => {
    await expect(lookup([v4('8.8.8.8'), v4('127.0.0.1')])).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
    await expect(lookup([v4('8.8.8.8'), v4('169.254.169.254')], DEV)).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });

  it('says when a name does not resolve', async () => {
    await expect(lookup(new Error('ENOTFOUND'))).rejects.toMatchObject({ code: 'NAME_UNRESOLVED' });
    await expect(lookup([])).rejects.toMatchObject({ code: 'NAME_UNRESOLVED' });
  });
});
