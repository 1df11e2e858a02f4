import type { Database } from '../client.ts';
import type { RegistrationRow } from '../rows.ts';
import { rows, toRowOrNull } from '../sql/query.ts';

/** As stored: Lapsed and Closed are derived by domain/registry/derive-standing. */
export async function findRegistration(db: Database, key: { runId: string; node: string }): Promise<RegistrationRow | null> {
  return toRowOrNull<RegistrationRow>(
    await db.prisma.registration.findUnique({ where: { runId_node: { runId: key.runId, node: key.node } } }),
  );
}

/** Every registration of a node that has not ended by an event, in whatever run; newest first. */
export function listLiveRegistrations(db: Database, node: string): Promise<RegistrationRow[]> {
  return rows<RegistrationRow>(
    db.pool,
    `SELECT * FROM "Registration" WHERE node = $1 AND standing IN ('Pending', 'Approved') ORDER BY "registeredAt" DESC`,
    [node],
  );
}
