import type { Metadata } from 'next';
import { NewRunPage } from '../../../features/runs/new/new-run-page.tsx';

export const metadata: Metadata = { title: 'New run' };

export default function Page() {
  return <NewRunPage />;
}
