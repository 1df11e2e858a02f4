import type { FollowerStatus } from '@muster/chain/follower/follow-registry';
import { createFollowerStore } from '@muster/db/mirror/follower-store';
import type { Database } from '@muster/db/client';
import type { AppError } from '@muster/protocol/errors/app-error';
import type { MasterInfo } from '../shapes/master.ts';

export type ChainState = { read(status: FollowerStatus | null, wrong: AppError | null): MasterInfo['chain']; refresh(): Promise<void> };

const toWire = (error: AppError | null): MasterInfo['chain']['error'] =>
  error === null ? null : { code: error.code, message: error.publicMessage, hint: error.hint };

/** How current the mirror is: from this process's follower, or, in a copy that does not lead, from what the leader wrote. */
export function createChainState(db: Database): ChainState {
  const store = createFollowerStore(db);
  let head: number | null = null;
  return {
    read(status, wrong) {
      if (status === null) return { head, lagging: head === null || wrong !== null, error: toWire(wrong) };
      return { head: status.cursor?.head.number ?? head, lagging: status.lagging || wrong !== null, error: toWire(wrong ?? status.error) };
    },
    async refresh() {
      head = (await store.readCursor())?.head.number ?? null;
    },
  };
}
