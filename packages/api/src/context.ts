import type { Services } from './services.ts';

/** One request of an agent (node, validator, master): it proves itself inside its message, not by its connection. */
export type AgentContext = { services: Services; remoteAddress: string };

/** One request of a buyer; on a WebSocket it lives as long as the connection, so the token is looked up anew per call. */
export type BuyerContext = {
  services: Services;
  remoteAddress: string;
  /** Of the page that asks; our own where the caller is no page. */
  origin: string;
  token: string | null;
  /** Sets or (null) clears the session cookie where the transport can still do so. */
  setSessionCookie(session: { token: string; expiresAt: Date } | null): void;
  /** Resolves when the caller has taken what was said, as far as the transport can tell; long streams ask between two items. */
  taken(): Promise<void>;
};
