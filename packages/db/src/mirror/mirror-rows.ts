import {
  registrationKey,
  type RegistrationState,
  type RegistryState,
  type RunState,
  type VerdictState,
} from '@muster/domain/registry/state';
import type pg from 'pg';
import { toJson } from '../sql/json.ts';
import { rows } from '../sql/query.ts';

const RUN_TIMES = ['createdAt', 'closedAt'] as const;
const REGISTRATION_TIMES = ['registeredAt', 'roundOpenedAt', 'approvedAt', 'endedAt'] as const;

/** The rows of these runs as the fold's state. Verdicts are left out: no fold reads an earlier one. */
export async function loadMirror(tx: pg.PoolClient, runIds: readonly string[]): Promise<RegistryState> {
  const runs = await rows<Dated<RunState, (typeof RUN_TIMES)[number]>>(tx, 'SELECT * FROM "Run" WHERE "runId" = ANY($1)', [runIds]);
  const registrations = await rows<Dated<RegistrationState, (typeof REGISTRATION_TIMES)[number]>>(
    tx,
    'SELECT * FROM "Registration" WHERE "runId" = ANY($1)',
    [runIds],
  );
  return {
    runs: new Map(runs.map((row) => [row.runId, toState<RunState>(row, RUN_TIMES)])),
    registrations: new Map(registrations.map((row) => [registrationKey(row), toState<RegistrationState>(row, REGISTRATION_TIMES)])),
    verdicts: new Map(),
  };
}

/** Writes what the fold changed between two states. */
export async function saveMirror(tx: pg.PoolClient, before: RegistryState, after: RegistryState): Promise<void> {
  await saveRuns(tx, changed(before.runs, after.runs));
  await saveRegistrations(tx, changed(before.registrations, after.registrations));
  await saveVerdicts(tx, changed(before.verdicts, after.verdicts));
}

export async function deleteMirror(tx: pg.PoolClient, runIds: readonly string[]): Promise<void> {
  await tx.query('DELETE FROM "Verdict" WHERE "runId" = ANY($1)', [runIds]);
  // Registrations go with their run.
  await tx.query('DELETE FROM "Run" WHERE "runId" = ANY($1)', [runIds]);
}

async function saveRuns(tx: pg.PoolClient, runs: readonly RunState[]): Promise<void> {
  if (runs.length === 0) return;
  await tx.query(
    `INSERT INTO "Run" ("runId", owner, "pendingOwner", master, "masterEpoch", validators, gate, quorum, "termsHash", "discoveryUri", requirements,
       "createdAt", "createdTx", "closedAt", "closedTx")
     SELECT "runId", owner, "pendingOwner", master, "masterEpoch", validators, gate, quorum, "termsHash", "discoveryUri", requirements,
       to_timestamp("createdAt" / 1000), "createdTx", to_timestamp("closedAt" / 1000), "closedTx"
     FROM jsonb_to_recordset($1::jsonb) AS x("runId" text, owner text, "pendingOwner" text, master text, "masterEpoch" int, validators text, gate text,
       quorum int, "termsHash" text, "discoveryUri" text, requirements text, "createdAt" float8, "createdTx" text, "closedAt" float8, "closedTx" text)
     ON CONFLICT ("runId") DO UPDATE SET owner = EXCLUDED.owner, "pendingOwner" = EXCLUDED."pendingOwner", master = EXCLUDED.master,
       "masterEpoch" = EXCLUDED."masterEpoch", gate = EXCLUDED.gate, "discoveryUri" = EXCLUDED."discoveryUri",
       "closedAt" = EXCLUDED."closedAt", "closedTx" = EXCLUDED."closedTx"`,
    [toJson(runs)],
  );
}

async function saveRegistrations(tx: pg.PoolClient, registrations: readonly RegistrationState[]): Promise<void> {
  if (registrations.length === 0) return;
  await tx.query(
    `INSERT INTO "Registration" ("runId", node, provider, seq, round, approvals, rejections, standing, banned, "registeredAt", "roundOpenedAt",
       "approvedAt", "endedAt", "capabilitiesHash", "registeredTx", "registeredBlock", "endedReason")
     SELECT "runId", node, provider, seq, round, approvals, rejections, standing, banned, to_timestamp("registeredAt" / 1000),
       to_timestamp("roundOpenedAt" / 1000), to_timestamp("approvedAt" / 1000), to_timestamp("endedAt" / 1000), "capabilitiesHash", "registeredTx",
       "registeredBlock", "endedReason"
     FROM jsonb_to_recordset($1::jsonb) AS x("runId" text, node text, provider text, seq int, round int, approvals int, rejections int, standing text,
       banned boolean, "registeredAt" float8, "roundOpenedAt" float8, "approvedAt" float8, "endedAt" float8, "capabilitiesHash" text,
       "registeredTx" text, "registeredBlock" int, "endedReason" text)
     ON CONFLICT ("runId", node) DO UPDATE SET provider = EXCLUDED.provider, seq = EXCLUDED.seq, round = EXCLUDED.round, approvals = EXCLUDED.approvals,
       rejections = EXCLUDED.rejections, standing = EXCLUDED.standing, banned = EXCLUDED.banned, "registeredAt" = EXCLUDED."registeredAt",
       "roundOpenedAt" = EXCLUDED."roundOpenedAt", "approvedAt" = EXCLUDED."approvedAt", "endedAt" = EXCLUDED."endedAt",
       "capabilitiesHash" = EXCLUDED."capabilitiesHash", "registeredTx" = EXCLUDED."registeredTx", "registeredBlock" = EXCLUDED."registeredBlock",
       "endedReason" = EXCLUDED."endedReason"`,
    [toJson(registrations)],
  );
}

async function saveVerdicts(tx: pg.PoolClient, verdicts: readonly VerdictState[]): Promise<void> {
  if (verdicts.length === 0) return;
  await tx.query(
    `INSERT INTO "Verdict" ("runId", node, seq, round, validator, approve, "evidenceHash", "txHash", at)
     SELECT "runId", node, seq, round, validator, approve, "evidenceHash", "txHash", to_timestamp(at / 1000)
     FROM jsonb_to_recordset($1::jsonb) AS x("runId" text, node text, seq int, round int, validator text, approve boolean, "evidenceHash" text,
       "txHash" text, at float8)
     ON CONFLICT ("runId", node, seq, round, validator) DO UPDATE SET approve = EXCLUDED.approve, "evidenceHash" = EXCLUDED."evidenceHash",
       "txHash" = EXCLUDED."txHash", at = EXCLUDED.at`,
    [toJson(verdicts)],
  );
}

/** A state as its row has it: the named times are dates. */
type Dated<State, Times extends keyof State> = {
  [K in keyof State]: K extends Times ? (null extends State[K] ? Date | null : Date) : State[K];
};

/** The reverse of the `to_timestamp` above: dates become unix ms, everything else stays. */
function toState<State extends object>(row: object, times: readonly string[]): State {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, times.includes(key) && value instanceof Date ? value.getTime() : value]),
  ) as State;
}

function changed<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): T[] {
  return [...after].filter(([key, value]) => before.get(key) !== value).map(([, value]) => value);
}
