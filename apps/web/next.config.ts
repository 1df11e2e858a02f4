import type { NextConfig } from 'next';

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Workspace packages are TypeScript sources.
  transpilePackages: ['@muster/api', '@muster/chain', '@muster/protocol', '@muster/runtime'],
  serverExternalPackages: ['secp256k1', 'pino', 'pino-pretty'],
  // Checked once for the whole repository (npm test), not again by every build.
  typescript: { ignoreBuildErrors: true },
};

export default config;
