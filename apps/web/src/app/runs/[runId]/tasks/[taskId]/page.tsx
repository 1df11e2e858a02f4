import type { Metadata } from 'next';
import { TaskPage } from '../../../../../features/tasks/task-page.tsx';

export const metadata: Metadata = { title: 'Task' };

export default async function Page({ params }: { params: Promise<{ runId: string; taskId: string }> }) {
  const { runId, taskId } = await params;
  return <TaskPage runId={runId} taskId={taskId} />;
}
