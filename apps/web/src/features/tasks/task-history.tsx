'use client';
import { Card } from '../../components/ui/card.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../../components/ui/tabs.tsx';
import type { TaskView } from '../../lib/trpc/outputs.ts';
import { TimelineList } from '../runs/timeline-list.tsx';
import { AllocationList } from './allocation-list.tsx';

/** Where the task's copies are or were, and what happened to them. */
export const TaskHistory = ({ task }: { task: TaskView }) => (
  <Tabs defaultValue="allocations">
    <TabList label="About this task">
      <Tab value="allocations" count={task.allocations.length}>
        Allocations
      </Tab>
      <Tab value="timeline">Timeline</Tab>
    </TabList>
    <TabPanel value="allocations">
      <Card>
        <AllocationList task={task} />
      </Card>
    </TabPanel>
    <TabPanel value="timeline">
      <Card className="p-4">
        <TimelineList runId={task.runId} about={task.taskId} />
      </Card>
    </TabPanel>
  </Tabs>
);
