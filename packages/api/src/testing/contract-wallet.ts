import type { DevChain } from '@muster/chain/testing/dev-chain';
import { encodeAbiParameters, getAddress, hashMessage, isHex, type Hex, type LocalAccount } from 'viem';
import { z } from 'zod';
import type { Wallet } from './test-buyer.ts';

/**
 * The least that is a contract wallet (ERC-1271), made by solc 0.8.37 with the settings of contracts/foundry.toml from:
 *
 *     contract ContractWallet {
 *         address private immutable owner;
 *         constructor(address owner_) { owner = owner_; }
 *         function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
 *             if (signature.length != 65) return 0xffffffff;
 *             bytes32 r = bytes32(signature[:32]);
 *             bytes32 s = bytes32(signature[32:64]);
 *             return ecrecover(hash, uint8(signature[64]), r, s) == owner ? this.isValidSignature.selector : bytes4(0xffffffff);
 *         }
 *     }
 */
const BYTECODE = [
  '60a0604052348015600e575f5ffd5b50604051610355380380610355833981016040819052602b91603b565b6001600160a01b03166080526066565b',
  '5f60208284031215604a575f5ffd5b81516001600160a01b0381168114605f575f5ffd5b9392505050565b6080516102d861007d5f395f60da015261',
  '02d85ff3fe608060405234801561000f575f5ffd5b5060043610610029575f3560e01c80631626ba7e1461002d575b5f5ffd5b61004061003b366004',
  '6101ef565b610075565b6040517fffffffff000000000000000000000000000000000000000000000000000000009091168152602001604051809103',
  '90f35b5f604182146100a557507fffffffff000000000000000000000000000000000000000000000000000000006101e8565b5f6100b36020828587',
  '610266565b6100bc9161028d565b90505f6100cd604060208688610266565b6100d69161028d565b90507f0000000000000000000000000000000000',
  '00000000000000000000000000000073ffffffffffffffffffffffffffffffffffffffff1660018787876040818110610125576101256102ab565b60',
  '4080515f8152602081018083529590955292013560f81c9183019190915250606081018590526080810184905260a001602060405160208103908084',
  '0390855afa158015610176573d5f5f3e3d5ffd5b5050506020604051035173ffffffffffffffffffffffffffffffffffffffff16146101c1577fffff',
  'ffff000000000000000000000000000000000000000000000000000000006101e3565b7f1626ba7e0000000000000000000000000000000000000000',
  '00000000000000005b925050505b9392505050565b5f5f5f60408486031215610201575f5ffd5b83359250602084013567ffffffffffffffff811115',
  '61021e575f5ffd5b8401601f8101861361022e575f5ffd5b803567ffffffffffffffff811115610244575f5ffd5b866020828401011115610255575f',
  '5ffd5b939660209190910195509293505050565b5f5f85851115610274575f5ffd5b83861115610280575f5ffd5b5050820193919092039150565b80',
  '3560208310156102a5575f19602084900360031b1b165b92915050565b7f4e487b710000000000000000000000000000000000000000000000000000',
  '00005f52603260045260245ffd',
].join('');

const receiptSchema = z.object({ contractAddress: z.string() }).nullable();

/** Deploys a contract wallet that `owner` signs for. */
export async function deployContractWallet(chain: DevChain, owner: LocalAccount): Promise<Wallet> {
  const data: Hex = `0x${BYTECODE}${encodeAbiParameters([{ type: 'address' }], [owner.address]).slice(2)}`;
  const hash = await chain.cheat('eth_sendTransaction', [{ from: chain.account('deployer').address, data }]);
  if (!isHex(hash)) throw new TypeError('no transaction hash');
  await chain.client.waitForTransactionReceipt({ hash });
  const receipt = receiptSchema.parse(await chain.cheat('eth_getTransactionReceipt', [hash]));
  if (receipt === null) throw new Error('no receipt');
  return walletAt(receipt.contractAddress, owner);
}

/** A wallet whose signatures `owner` makes, at an address that may hold a contract or nothing. */
export const walletAt = (address: string, owner: LocalAccount): Wallet => ({
  address: getAddress(address),
  signMessage: ({ message }) =>
    owner.sign?.({ hash: hashMessage(message) }) ?? Promise.reject(new TypeError('the account signs no hashes')),
});
