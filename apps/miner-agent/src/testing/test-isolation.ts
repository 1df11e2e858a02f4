import type { Isolation } from '../isolation/isolation.ts';
import type { IsolationTerms } from '../isolation/terms.ts';

export const TEST_TERMS: IsolationTerms = { runtime: null, layerQuota: false, gpuAccess: null, dns: ['1.1.1.1'], disableIpv6: false };

/** For tests of what is done with the terms, not of how they are found out. */
export const testIsolation: Pick<Isolation, 'admit'> = { admit: async () => TEST_TERMS };
