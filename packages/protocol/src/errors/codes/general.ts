import type { ErrorEntry } from '../codes.ts';

/** Requests, sign-in and configuration. */
export const generalCodes = {
  BAD_INPUT: {
    title: 'The request has a missing or malformed field.',
    hint: 'Look at the field that is named and send it in the form that is expected.',
    severity: 'info',
  },
  UNKNOWN_FIELD: {
    title: 'The request has a field that nobody knows.',
    hint: 'Remove the field or correct its spelling; unknown fields are refused, never ignored.',
    severity: 'info',
  },
  PAYLOAD_TOO_LARGE: { title: 'The request is larger than its kind may be.', hint: 'Send less at once, or split it.', severity: 'info' },
  NOT_SIGNED_IN: {
    title: 'This needs a signed-in wallet.',
    hint: 'Sign in with your wallet, or let the command line do it with --key-file.',
    severity: 'info',
  },
  SIGN_IN_INVALID: {
    title: 'The sign-in message or its signature was refused.',
    hint: 'Ask for a new nonce and sign the message exactly as it was given.',
    severity: 'info',
  },
  SIGN_IN_EXPIRED: {
    title: 'The sign-in nonce is used or expired.',
    hint: 'Sign in again; each nonce serves once, for a few minutes.',
    severity: 'info',
  },
  FORBIDDEN: {
    title: 'This wallet or key may not do that.',
    hint: 'Use the wallet that owns the run, or the key with the role that is named.',
    severity: 'info',
  },
  NOT_FOUND: {
    title: 'There is nothing with this id.',
    hint: 'Check the id; what belongs to another wallet is not found either.',
    severity: 'info',
  },
  CONFLICT: {
    title: 'This does not fit the present state.',
    hint: 'Read the current state again and repeat the request if it still makes sense.',
    severity: 'info',
  },
  IDEMPOTENCY_CONFLICT: {
    title: 'This idempotency key was used with another request.',
    hint: 'Use a new key for a new request, or repeat the first one unchanged.',
    severity: 'info',
  },
  RATE_LIMITED: {
    title: 'Too many requests in a short time.',
    hint: 'Wait for as long as retryAfterMs says, then try again.',
    severity: 'info',
  },
  TIMED_OUT: {
    title: 'The answer took too long.',
    hint: 'Try again; if it stays so, look at the logs of the other side.',
    severity: 'warn',
  },
  UNAVAILABLE: { title: 'The service is starting, stopping or overloaded.', hint: 'Try again in a few seconds.', severity: 'warn' },
  CONFIG_INVALID: {
    title: 'A setting is missing or malformed.',
    hint: 'Correct the variable that is named; the example shows its form.',
    severity: 'error',
  },
  KEY_INVALID: {
    title: 'The private key cannot be used.',
    hint: 'Give 0x and 64 hex digits in a file or in the environment, or let the program create one.',
    severity: 'error',
  },
  KEY_FILE_INSECURE: {
    title: 'The key file can be read by others.',
    hint: 'Run chmod 600 on it; if others could have read it, use a new key.',
    severity: 'error',
  },
  INTERNAL: {
    title: 'Something broke inside the service.',
    hint: 'Try again; if it stays so, report it with the time and the request id.',
    severity: 'error',
  },
} as const satisfies Record<string, ErrorEntry>;
