import type { Services } from '../services.ts';
import { createAuthService } from '../services/auth/auth-service.ts';
import { createDiscoveryService } from '../services/discovery/discovery-service.ts';
import { createLogService } from '../services/log/log-service.ts';
import { createNodeService } from '../services/node/node-service.ts';
import { createOwnerService } from '../services/owner-service.ts';
import { createRunService } from '../services/run/run-service.ts';
import { createSessionBook } from '../services/session/session-book.ts';
import { createSessionDoor } from '../services/session/session-door.ts';
import { createSessionService } from '../services/session/session-service.ts';
import { createSnapshotService } from '../services/snapshot/snapshot-service.ts';
import { createTaskService } from '../services/task/task-service.ts';
import type { Deps } from './deps.ts';

/** Everything that the routers call. */
export function createServices(deps: Deps): Services {
  const { settings, signer } = deps;
  const door = createSessionDoor(createSessionBook(deps.db), deps);
  const auth = createAuthService(deps);
  const owners = createOwnerService(deps);
  return {
    auth,
    owners,
    master: {
      info: () => {
        const { chainId, registry, validatorSet, discoveryUri, heartbeatMs, version, isDev } = settings;
        const rpcUrl = isDev ? settings.rpcUrl : null;
        return Promise.resolve({
          address: signer.address,
          chainId,
          registry,
          validatorSet,
          rpcUrl,
          discoveryUri,
          heartbeatMs,
          version,
          isDev,
          chain: deps.chainState(),
        });
      },
    },
    runs: createRunService(deps),
    nodes: createNodeService(deps),
    tasks: createTaskService(deps),
    logs: createLogService(deps),
    snapshots: createSnapshotService({ ...deps, door, auth, owners }),
    discovery: createDiscoveryService(deps),
    sessions: createSessionService(deps, door),
  };
}
