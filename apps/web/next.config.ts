import type { NextConfig } from 'next';

/** No page of ours belongs in a frame of somebody else's: a wallet signs here. */
const SECURITY_HEADERS = [
  { key: 'content-security-policy', value: "frame-ancestors 'none'" },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'strict-origin-when-cross-origin' },
];

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Workspace packages are TypeScript sources.
  transpilePackages: ['@muster/api', '@muster/chain', '@muster/protocol', '@muster/runtime'],
  serverExternalPackages: ['secp256k1', 'pino', 'pino-pretty'],
  headers: () => Promise.resolve([{ source: '/:path*', headers: SECURITY_HEADERS }]),
  // Checked once for the whole repository (npm test), not again by every build.
  typescript: { ignoreBuildErrors: true },
};

export default config;
