import { createTestClient, http, type Address, type Hash, type Hex, type LocalAccount } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createRun, type RunInput } from '../actions/create-run.ts';
import { register } from '../actions/register.ts';
import type { Addresses } from '../address-book.ts';
import { createChainClient, type ChainClient } from '../clients.ts';
import { ensureDevDeployment } from '../deploy/ensure-dev-deployment.ts';
import { startAnvil, type Anvil, type AnvilOptions } from '../dev/anvil.ts';
import { devAccount } from '../dev/dev-accounts.ts';
import { createTxSender, type TxSender } from '../sender/tx-sender.ts';

export const CAPABILITIES_HASH: Hash = `0x${'11'.repeat(32)}`;
export const EVIDENCE_HASH: Hash = `0x${'22'.repeat(32)}`;

/** Who plays which part on a dev chain: accounts of the well-known mnemonic. */
export const ROLES = { deployer: 0, buyer: 1, provider: 2, validator: 3, master: 4, stranger: 5 } as const;
export type Role = keyof typeof ROLES;

export interface DevChain {
  anvil: Anvil;
  client: ChainClient;
  addresses: Addresses;
  account(role: Role): LocalAccount;
  /** One sender per role, as the rule is. */
  sender(role: Role): TxSender;
  createRun(input?: Partial<RunInput>): Promise<string>;
  /** A new node key with the provider's registration in the run. */
  registerNode(runId: string): Promise<{ node: LocalAccount; seq: number; blockNumber: number; hash: Hash }>;
  /** Anvil's own methods, by name. */
  cheat(method: string, params?: unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** A real Anvil with the contracts on it, for integration tests of any package. */
export async function startDevChain(options: AnvilOptions = {}): Promise<DevChain> {
  const anvil = await startAnvil(options);
  const client = createChainClient({ chainId: anvil.chainId, rpcUrl: anvil.rpcUrl });
  client.pollingInterval = 50;
  const validator = devAccount(ROLES.validator).address;
  const addresses = await ensureDevDeployment(client, { validators: [validator] });
  const senders = new Map<Role, TxSender>();
  const rpc = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });

  function sender(role: Role): TxSender {
    const existing = senders.get(role) ?? createTxSender({ client, account: devAccount(ROLES[role]) });
    senders.set(role, existing);
    return existing;
  }

  async function newRun(input: Partial<RunInput> = {}): Promise<string> {
    const defaults = {
      master: devAccount(ROLES.master).address,
      validators: addresses.validatorSet,
      quorum: 1,
      discoveryUri: 'http://127.0.0.1:3000/discovery',
      requirements: '',
    };
    return (await createRun({ sender: sender('buyer'), registry: addresses.registry }, { ...defaults, ...input })).runId;
  }

  return {
    anvil,
    client,
    addresses,
    sender,
    createRun: newRun,
    account: (role) => devAccount(ROLES[role]),
    async registerNode(runId) {
      const node = privateKeyToAccount(generatePrivateKey());
      const provider = sender('provider');
      const { timestamp } = await client.getBlock();
      const input = { runId, node: node.address, provider: provider.address, seq: 1, deadline: timestamp + 3600n };
      const consent = await signConsent(node, { ...input, chainId: anvil.chainId, registry: addresses.registry });
      const sent = await register(
        { sender: provider, registry: addresses.registry },
        { ...input, capabilitiesHash: CAPABILITIES_HASH, consent },
      );
      return { node, seq: sent.seq, blockNumber: sent.receipt.blockNumber, hash: sent.hash };
    },
    cheat: (method, params = []) => rpc.transport.request({ method, params }),
    stop: () => anvil.stop(),
  };
}

export interface ConsentInput {
  chainId: number;
  registry: Address;
  runId: string;
  provider: Address;
  node: Address;
  seq: number;
  deadline: bigint;
}

/** A node's consent, signed by viem from the contract's type string: independent of packages/protocol. */
export async function signConsent(
  node: LocalAccount,
  { chainId, registry, runId, provider, seq, deadline, node: address }: ConsentInput,
): Promise<Hex> {
  return node.signTypedData({
    domain: { name: 'Muster', version: '1', chainId, verifyingContract: registry },
    types: {
      NodeConsent: [
        { name: 'runId', type: 'uint256' },
        { name: 'provider', type: 'address' },
        { name: 'node', type: 'address' },
        { name: 'capabilitiesHash', type: 'bytes32' },
        { name: 'seq', type: 'uint32' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'NodeConsent',
    message: { runId: BigInt(runId), provider, node: address, capabilitiesHash: CAPABILITIES_HASH, seq, deadline },
  });
}
