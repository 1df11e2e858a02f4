import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import { getAddress } from 'viem';
import { parseSiweMessage } from 'viem/siwe';
import type { AllowedOrigins } from '../../http/allowed-origins.ts';

export type SiweClaim = { address: Address; nonce: string };
export type SiweExpectation = { origins: AllowedOrigins; chainId: number; nowMs: number };

/** A message may lie around this long between its writing and its arrival, either way. */
const MAX_AGE_MS = 10 * 60_000;

const refuse = (why: string): never => {
  throw new AppError('SIGN_IN_INVALID', { publicMessage: `The sign-in message was refused: ${why}.` });
};

/** What an ERC-4361 message claims, once everything in it but nonce and signature fits this server. Throws SIGN_IN_INVALID or SIGN_IN_EXPIRED. */
export function checkSiwe(message: string, { origins, chainId, nowMs }: SiweExpectation): SiweClaim {
  const siwe = parseSiweMessage(message);
  if (!siwe.address || !siwe.nonce || !siwe.uri || !siwe.domain) return refuse('it is not of the form that ERC-4361 asks for');
  if (siwe.version !== '1') return refuse('its version is not 1');
  if (siwe.chainId !== chainId) return refuse(`it names chain ${siwe.chainId}, this server is on chain ${chainId}`);
  // The wallet showed its holder this domain: only our own pages may have asked.
  if (!isOurs(siwe.uri, origins) || !origins.has(`${new URL(siwe.uri).protocol}//${siwe.domain}`))
    return refuse('it was written for another site');
  const issuedAt = siwe.issuedAt?.getTime() ?? Number.NaN;
  if (!(Math.abs(nowMs - issuedAt) <= MAX_AGE_MS)) throw new AppError('SIGN_IN_EXPIRED');
  if (siwe.expirationTime && !(siwe.expirationTime.getTime() > nowMs)) throw new AppError('SIGN_IN_EXPIRED');
  if (siwe.notBefore && !(siwe.notBefore.getTime() <= nowMs)) return refuse('it is not valid yet');
  return { address: getAddress(siwe.address), nonce: siwe.nonce };
}

const isOurs = (uri: string, origins: AllowedOrigins): boolean => URL.canParse(uri) && origins.has(new URL(uri).origin);
