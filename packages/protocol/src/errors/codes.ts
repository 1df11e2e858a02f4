import { chainCodes } from './codes/chain.ts';
import { generalCodes } from './codes/general.ts';
import { messageCodes } from './codes/message.ts';
import { machineCodes } from './codes/machine.ts';
import { workCodes } from './codes/work.ts';

/** The level at which the side that refuses logs it: info = the caller's doing, warn = may pass, error = needs an operator. */
export type Severity = 'info' | 'warn' | 'error';

export type ErrorEntry = {
  /** One sentence that is true whenever the code is used; the default public message. */
  readonly title: string;
  /** What the reader should do next. */
  readonly hint: string;
  readonly severity: Severity;
};

/** Every code that can cross a process boundary. Each has a page: docs/errors/<CODE>.md. */
export const ERROR_CODES = {
  ...generalCodes,
  ...chainCodes,
  ...messageCodes,
  ...workCodes,
  ...machineCodes,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}

/** Where the page about a code lies in this repository. */
export function docsPathOf(code: ErrorCode): string {
  return `docs/errors/${code}.md`;
}
