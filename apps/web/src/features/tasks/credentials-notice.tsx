'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import { Banner } from '../../components/ui/banner.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { plural } from '../../lib/format.ts';
import { notifyDone } from '../../lib/notify.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import type { TaskView } from '../../lib/trpc/outputs.ts';
import { LoginFields, NO_LOGIN } from './registry-login.tsx';
import { registryOf } from './registry-of.ts';
import { useSealTask } from './use-seal-task.ts';

/** Nodes that joined after the sealing cannot read the credentials, and nobody but their owner can seal them anew: he is told, and asked. */
export const CredentialsNotice = ({ task }: { task: TaskView }) => {
  const [open, setOpen] = useState(false);
  const { credentials, spec } = task;
  if (credentials === null || spec === null) return null;
  const { sealed, unsealed } = credentials;
  if (unsealed === 0 && !open) return null;
  return (
    <div data-testid="credentials-notice" data-unsealed={unsealed}>
      <Banner
        tone="warn"
        title={`${plural(unsealed, 'node')} ${sealed === 0 ? '' : 'that joined since '}cannot read this task's registry credentials.`}
        action={
          <Button size="sm" icon={<KeyRound aria-hidden />} onClick={() => setOpen(true)} data-testid="seal-again">
            {sealed === 0 ? 'Seal them' : 'Seal them again'}
          </Button>
        }
      >
        {sealed === 0 ? 'The task waits for them.' : `Until they are sealed again it can run on ${plural(sealed, 'other node')} alone.`}
      </Banner>
      <SealDialog task={task} registry={registryOf(spec.image)} open={open} onOpenChange={setOpen} />
    </div>
  );
};

type SealDialogProps = { task: TaskView; registry: string; open: boolean; onOpenChange: (open: boolean) => void };

const SealDialog = ({ task, registry, open, onOpenChange }: SealDialogProps) => {
  const [login, setLogin] = useState(NO_LOGIN);
  const formId = useId();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const seal = useSealTask();
  const close = (next: boolean): void => {
    // What was typed is not kept for the next look.
    setLogin(NO_LOGIN);
    sealing.reset();
    onOpenChange(next);
  };
  const sealing = useMutation({
    mutationFn: () => seal({ runId: task.runId, taskId: task.taskId, credentials: { registry, ...login } }),
    onSuccess: (count) => {
      notifyDone(`Sealed to ${plural(count, 'node')}`);
      close(false);
      return queryClient.invalidateQueries(trpc.task.pathFilter());
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (login.password !== '' && !sealing.isPending) sealing.mutate();
  };
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={`Credentials for ${registry}`}
      description="Neither the master nor its database has them, so they are typed again and sealed to every node of the run as it is now."
      footer={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            disabled={login.password === ''}
            busy={sealing.isPending}
            data-testid="seal-submit"
          >
            Seal to the nodes
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <LoginFields login={login} onChange={setLogin} />
        {sealing.error ? <ErrorNote error={sealing.error} /> : null}
      </form>
    </Dialog>
  );
};
