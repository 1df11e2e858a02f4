import type { RunOnChain } from '@muster/chain/actions/get-run';
import { isLive, type Standing } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import { every } from '@muster/runtime/poll';
import type { Logger } from '@muster/runtime/logger';
import type { RunChain } from '../ports/run-chain.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface WatchChainOptions {
  chain: RunChain;
  seq: number;
  state: JsonStore<AgentState>;
  pollMs: number;
  logger: Logger;
  signal: AbortSignal;
  /** The run, as the chain has it now. */
  onRun: (run: RunOnChain) => void;
  /** The chain says, finally, that this registration is over. */
  onEnded: (standing: Standing) => void;
  /** The invite is of a master that is none any more. */
  onMasterChanged: () => void;
}

/** Asks the chain where the node stands. Nothing but a final reading ends anything: an RPC that fails or lags is evidence of nothing. */
export function watchChain(options: WatchChainOptions): Promise<void> {
  const { chain, seq, state, pollMs, logger, signal, onRun, onEnded, onMasterChanged } = options;
  let seen: Standing | null = null;
  let failing = false;
  return every(pollMs, look, { signal, onError });

  async function look(): Promise<void> {
    const [run, registration] = await Promise.all([chain.readRun(), chain.readRegistration()]);
    failing = false;
    onRun(run);
    // A lagging RPC may not have the registration yet.
    if (!registration || registration.seq < seq) return;
    // Ours must have ended for a newer one to begin.
    if (registration.seq > seq) return onEnded('Left');
    const { standing } = registration;
    if (standing !== seen) note(standing);
    if (!isLive(standing)) await confirmEnd();
    const { invite } = state.get();
    if (invite && run.masterEpoch > invite.masterEpoch) {
      logger.warn(
        { event: 'master.changed', master: run.master, masterEpoch: run.masterEpoch },
        'the run has another master; waiting for its invite',
      );
      await state.update((current) => ({ ...current, invite: null }));
      onMasterChanged();
    }
  }

  function note(standing: Standing): void {
    seen = standing;
    if (standing === 'Approved') logger.info({ event: 'acceptance.seen', standing, seq }, 'the validators have approved the node');
    else logger.info({ event: 'standing.changed', standing, seq }, `the chain says: ${standing}`);
  }

  async function confirmEnd(): Promise<void> {
    const standing = await chain.readFinalStanding();
    if (!isLive(standing) && standing !== 'None') onEnded(standing);
  }

  function onError(err: unknown): void {
    const code = err instanceof AppError ? err.code : 'INTERNAL';
    if (!failing) logger.warn({ event: 'rpc.unavailable', code, err }, 'the chain cannot be read; nothing changes meanwhile');
    failing = true;
  }
}
