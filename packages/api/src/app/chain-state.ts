import type { FollowerStatus } from '@muster/chain/follower/follow-registry';
import { createFollowerStore } from '@muster/db/mirror/follower-store';
import type { Database } from '@muster/db/client';
import type { MasterInfo } from '../shapes/master.ts';

export type ChainState = { read(status: FollowerStatus | null): MasterInfo['chain']; refresh(): Promise<void> };

/** How current the mirror is: from this process's follower, or, in a copy that does not lead, from what the leader wrote. */
export function createChainState(db: Database): ChainState {
  const store = createFollowerStore(db);
  let head: number | null = null;
  return {
    read(status) {
      if (status === null) return { head, lagging: head === null, error: null };
      const error = status.error === null ? null : { code: status.error.code, message: status.error.publicMessage, hint: status.error.hint };
      return { head: status.cursor?.head.number ?? head, lagging: status.lagging, error };
    },
    async refresh() {
      head = (await store.readCursor())?.head.number ?? null;
    },
  };
}
