import type { Metadata } from 'next';
import { NewTaskPage } from '../../../../../features/tasks/new/new-task-page.tsx';

export const metadata: Metadata = { title: 'New task' };

export default async function Page({ params }: { params: Promise<{ runId: string }> }) {
  return <NewTaskPage runId={(await params).runId} />;
}
