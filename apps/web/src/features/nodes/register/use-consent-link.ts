'use client';
import { useMemo, useSyncExternalStore } from 'react';
import { readConsentLink, type ConsentLinkResult } from '../../../lib/chain/consent-link.ts';

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
};

/** The consent behind the # of this page's address; null on the server, which never sees it. */
export function useConsentLink(): ConsentLinkResult | null {
  const fragment = useSyncExternalStore(
    subscribe,
    () => window.location.hash,
    () => null,
  );
  return useMemo(() => (fragment === null ? null : readConsentLink(fragment)), [fragment]);
}
