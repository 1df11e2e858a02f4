import { readFile } from 'node:fs/promises';
import type { Signer } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { signMessage } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { SyncAck } from '@muster/protocol/messages/sync-ack';
import { createGuardedFetch } from '@muster/runtime/guarded-fetch';
import type { DeliverSnapshot } from '../../reconcile/executor.ts';
import type { SessionChannel } from '../../session/session-channel.ts';
import type { AgentState } from '../../state/agent-state.ts';
import type { JsonStore } from '../../state/json-store.ts';

export interface SnapshotDeliveryOptions {
  channel: () => SessionChannel | null;
  state: JsonStore<AgentState>;
  domain: MusterDomain;
  signer: Signer;
  allowPrivate: boolean;
  now: () => number;
}

const UPLOAD_TIMEOUT_MS = 30 * 60_000;
/** The guarded fetcher takes a body whole, so this is memory. */
export const MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024;

/** Puts an archive into the master's blob store under its hash, then hands in the node's signature over it. */
export function createSnapshotDelivery({ channel, state, domain, signer, allowPrivate, now }: SnapshotDeliveryOptions): DeliverSnapshot {
  const fetch = createGuardedFetch({ allowPrivate, timeoutMs: UPLOAD_TIMEOUT_MS, maxBytes: 64 * 1024 });
  return async (sync, { file, sha256, sizeBytes }, signal) => {
    const { invite } = state.get();
    const session = channel();
    if (!invite || !session) throw new AppError('MASTER_UNREACHABLE');
    const { orderId, runId, allocationId, volume, snapshotId } = sync;
    const response = await fetch(`${invite.masterUrl}/blobs/${sha256}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/x-tar', 'x-muster-frame': session.sealUpload({ sha256, sizeBytes, snapshotId }) },
      body: await readFile(file),
      signal,
    });
    if (!response.ok) throw await refusalOf(response);
    const message = {
      runId,
      node: signer.address,
      seq: invite.seq,
      orderId,
      allocationId,
      volume,
      snapshotId,
      sha256,
      sizeBytes,
      issuedAt: now(),
    };
    await session.acknowledgeSync(signMessage(SyncAck, message, { domain, signer }));
  };
}

async function refusalOf(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => null);
  const refusal =
    AppError.fromWire(body) ?? AppError.fromWire(typeof body === 'object' && body !== null && 'error' in body ? body.error : null);
  return refusal ?? new AppError('SNAPSHOT_FAILED', { publicMessage: `The blob store answered ${response.status}` });
}
