import type { Address } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { AppError } from '@muster/protocol/errors/app-error';
import { loadAccount } from './account.ts';
import { createApiClient, createLiveClient, type ApiClient, type ApiOutputs } from './api-client.ts';
import { signIn } from './auth/sign-in.ts';
import { createTokenStore } from './auth/token-store.ts';
import { saveDownload, type Saved } from './save-download.ts';
import type { CliEnv } from './env.ts';
import type { Io } from './io.ts';
import { readRegistryAuth } from './registry-auth/read-registry-auth.ts';

export interface GlobalOptions {
  url: string;
  keyFile: string | undefined;
  json: boolean;
  rpc: string | undefined;
  /** That the nodes' keys must be stated in, whatever the server says. */
  registry: Address | undefined;
}

/** What commands work with. Everything is made on first use, so that a command which needs no wallet asks for none. */
export interface CommandContext {
  options: GlobalOptions;
  io: Io;
  /** The credentials that `--registry-auth` names, for this registry. */
  registryAuth(from: string, registry: string): Promise<RegistryCredentials>;
  account(): Promise<PrivateKeyAccount>;
  masterInfo(): Promise<ApiOutputs['master']['info']>;
  /** Runs a call as the signed-in buyer; a session that the server has ended is renewed once. */
  asBuyer<T>(call: (api: ApiClient) => Promise<T>): Promise<T>;
  /** Saves what a path of the server holds, as the signed-in buyer. */
  download(path: string, output: string | undefined): Promise<Saved>;
  /** A client for subscriptions, signed in. Close it. */
  live(): Promise<{ api: ApiClient; close(): Promise<void> }>;
}

export function createContext({ options, env, io }: { options: GlobalOptions; env: CliEnv; io: Io }): CommandContext {
  const { url } = options;
  const tokens = createTokenStore(env.stateDir);
  const anonymous = createApiClient({ url, token: null, signal: io.signal });
  const account = once(() => loadAccount({ keyFile: options.keyFile, env }));
  const masterInfo = once(() => anonymous.master.info.query());
  let inMemory: string | null = null;

  async function token(): Promise<string> {
    if (inMemory !== null) return inMemory;
    const wallet = await account();
    const stored = await tokens.read(url, wallet.address, io.now());
    if (stored) return (inMemory = stored.token);
    const session = await signIn(anonymous, { url, account: wallet });
    await tokens.write({ url, address: wallet.address, token: session.token, expiresAt: session.expiresAt });
    return (inMemory = session.token);
  }

  async function renew(): Promise<string> {
    inMemory = null;
    await tokens.forget(url, (await account()).address);
    return token();
  }

  async function asBuyer<T>(call: (api: ApiClient) => Promise<T>): Promise<T> {
    const client = (bearer: string): ApiClient => createApiClient({ url, token: bearer, signal: io.signal });
    try {
      return await call(client(await token()));
    } catch (error) {
      if (AppError.fromWire(error)?.code !== 'NOT_SIGNED_IN') throw error;
      return call(client(await renew()));
    }
  }

  /** Renews an ended session before a request that could only fail on it: a socket or a download. */
  const proveSession = (): Promise<unknown> => asBuyer((api) => api.run.list.query({ limit: 1 }));

  return {
    options,
    io,
    registryAuth: (from, registry) => readRegistryAuth({ from, env: env.registryAuth }, registry),
    account,
    masterInfo,
    asBuyer,
    download: async (path, output) => {
      await proveSession();
      return saveDownload({ url: new URL(path, url).href, token: await token(), signal: io.signal, output });
    },
    async live() {
      await proveSession();
      return createLiveClient({ url, token: await token() });
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
