import type { ErrorEntry } from '../codes.ts';

/** The chain, the registry and the standing of a node in a run. */
export const chainCodes = {
  RUN_UNKNOWN: {
    title: 'No run with this number exists in this registry.',
    hint: 'Check the run id, the chain and the registry address; a run that was just created needs a block first.',
    severity: 'info',
  },
  RUN_CLOSED: {
    title: 'This run is closed.',
    hint: 'A closed run takes no registrations and no tasks; use or create another one.',
    severity: 'info',
  },
  WRONG_CHAIN: {
    title: 'The RPC or wallet is on another chain.',
    hint: 'Switch the wallet, or set MUSTER_CHAIN_ID and MUSTER_RPC_URL to the same chain.',
    severity: 'error',
  },
  WRONG_REGISTRY: {
    title: 'There is no Muster registry at this address.',
    hint: 'Check MUSTER_REGISTRY against the address book of the chain.',
    severity: 'error',
  },
  RPC_UNAVAILABLE: {
    title: "The chain's RPC does not answer.",
    hint: 'Check MUSTER_RPC_URL; nothing is torn down meanwhile, and work resumes when it answers.',
    severity: 'warn',
  },
  INSUFFICIENT_GAS_FUNDS: {
    title: 'The account cannot pay for gas.',
    hint: 'Send some of the native coin to the address that is named and try again.',
    severity: 'error',
  },
  TRANSACTION_REJECTED: {
    title: 'The transaction was refused before it was mined.',
    hint: 'Confirm it in the wallet, or look at the reason that the RPC gave.',
    severity: 'info',
  },
  TRANSACTION_TIMED_OUT: {
    title: 'The transaction was not mined in time.',
    hint: 'It may still be mined: look its hash up before sending again. The sender resumes it by itself.',
    severity: 'warn',
  },
  CONTRACT_REVERTED: {
    title: 'The contract refused the call.',
    hint: 'Look at the custom error that is named; the state may have changed since you read it.',
    severity: 'info',
  },
  NODE_OWNED_BY_ANOTHER_PROVIDER: {
    title: 'This node key belongs to another provider.',
    hint: 'A node key stays with its first provider: use that provider, or create a new node key.',
    severity: 'error',
  },
  NODE_IN_ANOTHER_RUN: {
    title: 'This node has a live registration in another run.',
    hint: 'Leave that run first: a node serves one run at a time.',
    severity: 'info',
  },
  ALREADY_REGISTERED: {
    title: 'This node is already registered for this run.',
    hint: 'Nothing is to be done; the agent goes on with the present registration.',
    severity: 'info',
  },
  NOT_REGISTERED: {
    title: 'This node has no live registration in this run.',
    hint: 'Register it first; after an end, wait for the cooldown and register again.',
    severity: 'info',
  },
  NODE_BANNED: { title: 'This node is banned from this run.', hint: "Only the run's owner can lift a ban.", severity: 'info' },
  COOLDOWN_ACTIVE: { title: 'This node may not register again yet.', hint: 'Wait until the time that is named.', severity: 'info' },
  GATE_REFUSED: {
    title: "The run's gate does not admit this node.",
    hint: "Meet the gate's condition (for example a stake) and register again.",
    severity: 'info',
  },
  CONSENT_EXPIRED: {
    title: "The node's consent is past its deadline.",
    hint: 'Let the miner agent sign a new consent and use the new link.',
    severity: 'info',
  },
  CONSENT_INVALID: {
    title: "The node's consent does not match this registration.",
    hint: 'Register with the provider, run, hash and sequence that the node signed.',
    severity: 'info',
  },
  NOT_A_VALIDATOR: {
    title: 'This wallet is not a validator of the run.',
    hint: "Ask the owner of the run's validator set to add the address.",
    severity: 'info',
  },
  NOT_RUN_OWNER: { title: 'Only the owner of the run may do that.', hint: 'Use the wallet that owns the run on chain.', severity: 'info' },
  NOT_RUN_MASTER: {
    title: "This key is not the run's master.",
    hint: 'The owner names the master on chain with setMaster.',
    severity: 'info',
  },
  VERDICT_ALREADY_GIVEN: {
    title: 'This validator has already given its verdict in this round.',
    hint: 'Nothing is to be done; one vote counts per validator and round.',
    severity: 'info',
  },
  STALE_REGISTRATION: {
    title: 'This is about an earlier registration or round of the node.',
    hint: 'Read the registration again and use its present seq and round.',
    severity: 'info',
  },
} as const satisfies Record<string, ErrorEntry>;
