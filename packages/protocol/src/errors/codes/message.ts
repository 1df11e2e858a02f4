import type { ErrorEntry } from '../codes.ts';

/** Signed messages, sessions, and the ways to a peer. */
export const messageCodes = {
  SIGNATURE_INVALID: {
    title: 'The signature is malformed or does not belong to the sender.',
    hint: 'Sign the message unchanged, with the key that it names, for this chain and registry.',
    severity: 'warn',
  },
  AUDIENCE_WRONG: {
    title: 'The message is addressed to somebody else.',
    hint: "Put the receiver's address (or discovery's origin) into the audience and sign again.",
    severity: 'warn',
  },
  MESSAGE_EXPIRED: {
    title: 'The message is past its expiry.',
    hint: 'Sign a new one; if it repeats, set the clock (the answer carries the time of the receiver).',
    severity: 'info',
  },
  CLOCK_SKEW: {
    title: 'The message was issued in the future.',
    hint: 'Set the clock by NTP; the answer carries the time of the receiver.',
    severity: 'info',
  },
  LIFETIME_TOO_LONG: { title: 'The message lives longer than its type may.', hint: 'Sign it with an earlier expiry.', severity: 'info' },
  NONCE_REPLAYED: {
    title: 'This nonce was seen before.',
    hint: 'Send each signed message once; sign a new one to try again.',
    severity: 'warn',
  },
  MAC_INVALID: {
    title: "The frame does not authenticate with the session's key.",
    hint: 'Open a new session; if it repeats, somebody is altering the traffic.',
    severity: 'warn',
  },
  SEAL_INVALID: {
    title: 'What was sealed to this key does not open.',
    hint: 'Seal it again to the key that the node announces now, for the same purpose.',
    severity: 'warn',
  },
  COUNTER_REPLAYED: {
    title: "The frame's counter did not rise.",
    hint: 'Send frames of a session in order, each once; open a new session after a restart.',
    severity: 'warn',
  },
  SESSION_UNKNOWN: { title: 'There is no such session.', hint: 'Open a new session with the invite.', severity: 'info' },
  SESSION_SUPERSEDED: {
    title: 'A newer session of this node has taken over.',
    hint: 'If you did not restart the agent, its node key may be in use on another machine.',
    severity: 'warn',
  },
  RELAY_SUPERSEDED: {
    title: 'A newer relay connection of this node has taken over.',
    hint: 'Nothing is to be done after a reconnect; if it repeats, the node key is in use on another machine.',
    severity: 'warn',
  },
  STALE_GENERATION: {
    title: 'A session with this generation or a later one was opened before.',
    hint: 'Open the session with a higher generation; the answer names the highest seen.',
    severity: 'warn',
  },
  STALE_EPOCH: {
    title: 'This write belongs to an earlier placement.',
    hint: 'Stop that container: the allocation has moved on.',
    severity: 'info',
  },
  ORDER_REPLAYED: {
    title: 'This order is not newer than the last one that was carried out.',
    hint: 'Nothing is to be done; orders carry a version and run once.',
    severity: 'info',
  },
  INVITE_FORGED: {
    title: 'The invite was not signed by the master of the run.',
    hint: 'Nothing is to be done: the node ignores it. The chain names the master.',
    severity: 'warn',
  },
  INVITE_STALE_MASTER: {
    title: 'The invite comes from a master that was replaced.',
    hint: 'Wait for the invite of the present master; the chain names it.',
    severity: 'warn',
  },
  INVITE_UNKNOWN: { title: 'No acknowledged invite has this digest.', hint: 'Wait for a new invite from the master.', severity: 'info' },
  NOT_APPROVED: { title: 'The node is not approved in this run.', hint: 'Wait for the verdicts of the validators.', severity: 'info' },
  CHALLENGE_EXPIRED: {
    title: 'The challenge is past its deadline.',
    hint: 'The validator sends a new one in its next attempt; check the clock and the speed of the machine.',
    severity: 'info',
  },
  CHALLENGE_KIND_UNKNOWN: { title: 'The node does not know this kind of challenge.', hint: 'Update the miner agent.', severity: 'warn' },
  ANNOUNCEMENT_STALE: {
    title: 'A newer announcement of this node is known.',
    hint: 'Announce with a higher sequence; the answer names the highest seen.',
    severity: 'info',
  },
  ANNOUNCEMENT_MISSING: {
    title: 'The node has no current announcement.',
    hint: 'Wait until the miner agent announces its endpoint again.',
    severity: 'info',
  },
  CAPABILITIES_MISMATCH: {
    title: 'The capability document is not the one that was registered.',
    hint: 'Announce the document whose hash is on chain, or leave and register again with the present one.',
    severity: 'warn',
  },
  EVIDENCE_MISMATCH: {
    title: 'The evidence is not the one of the verdict on chain.',
    hint: 'Publish the document whose hash was reported.',
    severity: 'warn',
  },
  DISCOVERY_UNREACHABLE: {
    title: "The run's discovery service does not answer.",
    hint: 'Check the discovery URI of the run; the caller tries again by itself.',
    severity: 'warn',
  },
  MASTER_UNREACHABLE: {
    title: 'The master does not answer.',
    hint: 'Containers go on meanwhile; the agent connects again by itself.',
    severity: 'warn',
  },
  ENDPOINT_UNREACHABLE: {
    title: "The node's endpoint does not answer.",
    hint: 'Open the port in the firewall and announce an address that others can reach.',
    severity: 'warn',
  },
  ADDRESS_REFUSED: {
    title: 'The address points where nobody may be sent.',
    hint: 'Use a public http or https address; private ranges serve only on the dev chain.',
    severity: 'warn',
  },
  RESPONSE_INVALID: {
    title: 'The peer answered in a form that is not understood.',
    hint: 'Check that the URL is the right service and that both sides run compatible versions.',
    severity: 'warn',
  },
} as const satisfies Record<string, ErrorEntry>;
