import { AppError } from '@muster/protocol/errors/app-error';
import { GuardedFetchError } from '@muster/runtime/guarded-url';
import { z } from 'zod';

const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })).max(100) });

export interface Refusal {
  status: number;
  /** The head of the answer's body. */
  text: string;
  image: string;
  withCredentials: boolean;
}

/** What a registry's refusal means for a pull, by its status; its own words are kept, shortened. */
export function refusalOf({ status, text, image, withCredentials }: Refusal): AppError {
  const said = wordsOf(text) ?? `HTTP ${status}`;
  if (status === 404) return new AppError('IMAGE_NOT_FOUND', { publicMessage: `The registry has no image ${image}: ${said}` });
  if (status === 401 || status === 403) {
    return withCredentials
      ? new AppError('REGISTRY_AUTH_DENIED', { publicMessage: `The registry does not take the credentials for ${image}: ${said}` })
      : new AppError('REGISTRY_AUTH_REQUIRED', { publicMessage: `The registry wants credentials for ${image}: ${said}` });
  }
  if (status === 429)
    return new AppError('REGISTRY_RATE_LIMITED', { publicMessage: `The registry refuses more pulls of ${image} for now: ${said}` });
  return new AppError('IMAGE_PULL_FAILED', { publicMessage: `${image} could not be pulled: the registry answers ${status}: ${said}` });
}

/** A connection that failed, or an address that must not be reached. */
export function connectionError(image: string, error: unknown): unknown {
  if (!(error instanceof GuardedFetchError)) return error;
  const publicMessage = `${image} could not be pulled: ${error.message}`;
  const isForbidden = /FORBIDDEN|INVALID/.test(error.code);
  return new AppError(isForbidden ? 'ADDRESS_REFUSED' : 'IMAGE_PULL_FAILED', { publicMessage, cause: error });
}

function wordsOf(text: string): string | null {
  try {
    const parsed = errorsSchema.safeParse(JSON.parse(text));
    const [first] = parsed.success ? parsed.data.errors : [];
    const words = first?.message ?? first?.code;
    // The words of a stranger: on one line, short.
    return words === undefined ? null : words.replace(/\p{Cc}+/gu, ' ').slice(0, 300);
  } catch {
    return null;
  }
}
