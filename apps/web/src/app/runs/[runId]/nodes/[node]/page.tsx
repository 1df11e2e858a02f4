import type { Metadata } from 'next';
import { NodePage } from '../../../../../features/nodes/node-page.tsx';

export const metadata: Metadata = { title: 'Node' };

export default async function Page({ params }: { params: Promise<{ runId: string; node: string }> }) {
  const { runId, node } = await params;
  return <NodePage runId={runId} node={node} />;
}
