'use client';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { Landing } from './landing.tsx';

export const Home = () => {
  const { signedInAs } = useWallet();
  if (signedInAs === null) return <Landing />;
  return null;
};
