import type { Metadata } from 'next';
import { RunPage } from '../../../features/runs/run-page.tsx';

type Props = { params: Promise<{ runId: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({ title: `Run ${(await params).runId}` });

export default async function Page({ params }: Props) {
  return <RunPage runId={(await params).runId} />;
}
