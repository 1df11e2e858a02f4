import type { Metadata } from 'next';
import { RegisterPage } from '../../../features/nodes/register/register-page.tsx';

export const metadata: Metadata = { title: 'Register a node' };

export default function Page() {
  return <RegisterPage />;
}
