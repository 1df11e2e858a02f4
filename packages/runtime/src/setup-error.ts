/** What a SetupError says is wrong: names of the protocol's table of errors, so that every program reports them alike. */
export type SetupErrorCode = 'KEY_INVALID' | 'KEY_FILE_INSECURE' | 'DATA_DIR_UNUSABLE' | 'STATE_CORRUPT';

/** Something on this machine keeps a program from starting, and its operator can put it right. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError';
  constructor(
    readonly code: SetupErrorCode,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
