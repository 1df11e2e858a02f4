import type { ErrorCode } from '@muster/protocol/errors/codes';

/** Custom errors of the registry that a wallet of a buyer or provider can meet, by our codes. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  RunNotFound: 'RUN_UNKNOWN',
  RunIsClosed: 'RUN_CLOSED',
  NotRunOwner: 'NOT_RUN_OWNER',
  ConsentExpired: 'CONSENT_EXPIRED',
  ConsentMismatch: 'CONSENT_INVALID',
  ECDSAInvalidSignature: 'CONSENT_INVALID',
  ECDSAInvalidSignatureLength: 'CONSENT_INVALID',
  ECDSAInvalidSignatureS: 'CONSENT_INVALID',
  NodeOfAnotherProvider: 'NODE_OWNED_BY_ANOTHER_PROVIDER',
  NodeIsLive: 'NODE_IN_ANOTHER_RUN',
  NodeIsBanned: 'NODE_BANNED',
  CooldownNotOver: 'COOLDOWN_ACTIVE',
  NotAdmitted: 'GATE_REFUSED',
  NotLive: 'NOT_REGISTERED',
  SeqMismatch: 'STALE_REGISTRATION',
};

export const codeOfRevert = (errorName: string): ErrorCode => CODES[errorName] ?? 'CONTRACT_REVERTED';
