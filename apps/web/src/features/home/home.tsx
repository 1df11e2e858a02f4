'use client';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { RunList } from '../runs/run-list.tsx';
import { Landing } from './landing.tsx';

export const Home = () => (useWallet().signedInAs === null ? <Landing /> : <RunList />);
