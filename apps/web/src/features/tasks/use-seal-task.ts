import { useQueryClient } from '@tanstack/react-query';
import { useConfig } from 'wagmi';
import { sealTask, type SealTaskInput } from '../../lib/seal-task.ts';
import { useTRPC, useTRPCClient } from '../../lib/trpc/client.ts';
import { masterInfo } from '../../lib/trpc/queries.ts';

/** Seals a task's credentials to the nodes of its run as they are now; resolves with how many. */
export function useSealTask(): (input: SealTaskInput) => Promise<number> {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const config = useConfig();
  const queryClient = useQueryClient();
  // Asked for if it is not there yet: nothing is sealed against a registry that nobody named, and never in silence.
  const masterKnown = () => queryClient.ensureQueryData(masterInfo(trpc));
  return (input) => sealTask({ client, config, masterInfo: masterKnown }, input);
}
