import type { ErrorCode } from '@muster/protocol/errors/codes';
import { decodeErrorResult, type ContractErrorName, type Hex } from 'viem';
import { computeRegistryAbi, standings } from './generated/compute-registry.ts';
import { validatorSetAbi } from './generated/validator-set.ts';

const abi = [...computeRegistryAbi, ...validatorSetAbi.filter(({ type }) => type === 'error')] as const;

type CustomError = ContractErrorName<typeof computeRegistryAbi> | ContractErrorName<typeof validatorSetAbi>;

export interface ContractRefusal {
  code: ErrorCode;
  publicMessage?: string;
  hint?: string;
  data: Record<string, string | number | boolean>;
}

type Arguments = Readonly<Record<string, string | number | boolean>>;
type Translation = Omit<ContractRefusal, 'data'>;

const timeOf = (seconds: unknown): string => new Date(Number(seconds) * 1000).toISOString();
const reverted = (publicMessage: string, hint: string): Translation => ({ code: 'CONTRACT_REVERTED', publicMessage, hint });

/** What each custom error means to the one who called. A new error in the contracts fails the build here. */
const TRANSLATIONS: { [Name in CustomError]: (args: Arguments) => Translation } = {
  RunNotFound: ({ runId }) => ({ code: 'RUN_UNKNOWN', publicMessage: `Run ${runId} does not exist in this registry.` }),
  RunIsClosed: ({ runId }) => ({ code: 'RUN_CLOSED', publicMessage: `Run ${runId} is closed.` }),
  NotRunOwner: ({ caller }) => ({ code: 'NOT_RUN_OWNER', publicMessage: `${caller} does not own this run.` }),
  NotPendingOwner: ({ caller }) => ({
    code: 'NOT_RUN_OWNER',
    publicMessage: `This run was not offered to ${caller}.`,
    hint: 'The owner offers a run with offerRun to the wallet that accepts it.',
  }),
  NotMasterOrOwner: ({ caller }) => ({
    code: 'NOT_RUN_MASTER',
    publicMessage: `${caller} is neither the master nor the owner of this run.`,
  }),
  NotProviderOrNode: ({ caller }) => ({
    code: 'FORBIDDEN',
    publicMessage: `${caller} is neither the provider of this node nor the node itself.`,
    hint: "Use the provider's wallet or the node's own key.",
  }),
  NotValidator: ({ caller }) => ({ code: 'NOT_A_VALIDATOR', publicMessage: `${caller} is not a validator of this run.` }),
  ZeroMaster: () => reverted('A run needs a master.', 'Name the address that `muster master info` prints.'),
  ZeroQuorum: () => reverted('A run needs a quorum of at least 1.', 'Say how many equal verdicts approve a node.'),
  NotAContract: ({ plugin }) => ({
    code: 'WRONG_REGISTRY',
    publicMessage: `There is no contract at ${plugin}.`,
    hint: 'The validator set and the gate of a run must be contracts on this chain.',
  }),
  StringTooLong: ({ length, maxLength }) =>
    reverted(
      `A text has ${length} bytes; ${maxLength} are allowed.`,
      'Shorten the discovery URI (256), the requirements (1024) or the reason (256).',
    ),
  MasterTermNotFound: ({ runId, masterEpoch }) =>
    reverted(`Run ${runId} had no master with epoch ${masterEpoch}.`, 'Epochs count from 1; read the run for the present one.'),
  ConsentExpired: ({ deadline }) => ({ code: 'CONSENT_EXPIRED', publicMessage: `The node's consent was good until ${timeOf(deadline)}.` }),
  ConsentMismatch: ({ node, recovered }) => ({
    code: 'CONSENT_INVALID',
    publicMessage: `The consent for ${node} was signed by ${recovered}, or for other values.`,
  }),
  NodeOfAnotherProvider: ({ node, provider }) => ({
    code: 'NODE_OWNED_BY_ANOTHER_PROVIDER',
    publicMessage: `Node ${node} belongs to the provider ${provider}.`,
  }),
  NodeIsLive: ({ node, activeRunId }) => ({
    code: 'NODE_IN_ANOTHER_RUN',
    publicMessage: `Node ${node} is live in run ${activeRunId} already.`,
  }),
  NodeIsBanned: ({ node }) => ({ code: 'NODE_BANNED', publicMessage: `Node ${node} is banned from this run.` }),
  NodeIsNotBanned: ({ node }) => ({ code: 'CONFLICT', publicMessage: `Node ${node} is not banned.`, hint: 'Nothing is to be done.' }),
  NodeIsInvalidated: ({ node }) => ({
    code: 'NODE_BANNED',
    publicMessage: `Node ${node} was invalidated and may not come back to this run.`,
    hint: 'Register it for another run, or another node for this one.',
  }),
  CooldownNotOver: ({ node, until }) => ({
    code: 'COOLDOWN_ACTIVE',
    publicMessage: `Node ${node} may register again at ${timeOf(until)}.`,
  }),
  NotAdmitted: ({ node }) => ({ code: 'GATE_REFUSED', publicMessage: `The gate of this run does not admit node ${node}.` }),
  NotLive: ({ node, standing }) => ({
    code: 'NOT_REGISTERED',
    publicMessage: `Node ${node} has no live registration in this run (${standings[Number(standing)] ?? standing}).`,
  }),
  SeqMismatch: ({ seq, currentSeq }) => ({
    code: 'STALE_REGISTRATION',
    publicMessage: `This names registration ${seq} of the node; the present one is ${currentSeq}.`,
  }),
  RoundNotOpen: ({ round, nextRound, opensAt }) => ({
    code: 'STALE_REGISTRATION',
    publicMessage: `Round ${round} takes no verdict; round ${nextRound} does from ${timeOf(opensAt)}.`,
    hint: 'Ask nextRound for the round that takes verdicts.',
  }),
  AlreadyVoted: ({ validator, round }) => ({
    code: 'VERDICT_ALREADY_GIVEN',
    publicMessage: `${validator} has given its verdict in round ${round} already.`,
  }),
  ECDSAInvalidSignature: () => ({ code: 'CONSENT_INVALID' }),
  ECDSAInvalidSignatureLength: () => ({ code: 'CONSENT_INVALID', publicMessage: "The node's consent is not a signature of 65 bytes." }),
  ECDSAInvalidSignatureS: () => ({ code: 'CONSENT_INVALID', publicMessage: "The node's consent has a malleable signature (high s)." }),
  InvalidShortString: () => reverted('A text is too long.', 'Shorten it.'),
  ZeroValidator: () => reverted('The zero address cannot be a validator.', 'Give the address of the validator.'),
  AlreadyValidator: ({ validator }) => ({
    code: 'CONFLICT',
    publicMessage: `${validator} is a validator already.`,
    hint: 'Nothing is to be done.',
  }),
  NotOnList: ({ validator }) => ({
    code: 'CONFLICT',
    publicMessage: `${validator} is not on the list of validators.`,
    hint: 'Nothing is to be done.',
  }),
  OwnableUnauthorizedAccount: ({ account }) => ({
    code: 'FORBIDDEN',
    publicMessage: `${account} does not own the validator set.`,
    hint: "Use the wallet that owns the run's validator set.",
  }),
  OwnableInvalidOwner: ({ owner }) => reverted(`${owner} cannot own the validator set.`, 'Name another owner.'),
};

/** What a revert's data means, or undefined when no contract of ours raised it. */
export function translateRevert(data: Hex): ContractRefusal | undefined {
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi, data });
    const named = nameArguments('inputs' in abiItem ? abiItem.inputs : [], args ?? []);
    if (!isOurs(errorName)) return { code: 'CONTRACT_REVERTED', data: { error: errorName, ...named } };
    return { ...TRANSLATIONS[errorName](named), data: { error: errorName, ...named } };
  } catch {
    return undefined;
  }
}

/** `Error(string)` and `Panic(uint256)` decode too; they are nobody's custom errors. */
const isOurs = (name: string): name is CustomError => Object.hasOwn(TRANSLATIONS, name);

function nameArguments(inputs: readonly { name?: string }[], args: readonly unknown[]): Arguments {
  return Object.fromEntries(
    inputs.map(({ name }, i) => {
      const value = args[i];
      return [name || `argument${i}`, typeof value === 'number' || typeof value === 'boolean' ? value : String(value)];
    }),
  );
}
