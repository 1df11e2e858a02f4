-- What Prisma's schema language cannot say (Prisma leaves it alone, see no-drift.int.test.ts).

-- A node has one live session, and a task's replica one live allocation, whatever two processes do at once.
CREATE UNIQUE INDEX "Session_live_key" ON "Session" ("runId", "node") WHERE "supersededAt" IS NULL;
CREATE UNIQUE INDEX "Allocation_live_key" ON "Allocation" ("taskId", "replica") WHERE "endedAt" IS NULL;

-- The reconcile loop asks for what has not ended, which stays small while the rest grows for ever.
CREATE INDEX "Task_open_idx" ON "Task" ("runId", "createdAt") WHERE "endedAt" IS NULL;
CREATE INDEX "Allocation_open_idx" ON "Allocation" ("runId", node) WHERE "endedAt" IS NULL;
CREATE INDEX "Order_pending_idx" ON "Order" ("runId", node, seq, "masterEpoch", counter) WHERE "acknowledgedAt" IS NULL;

-- Run ids are numbers of any size in text.
CREATE INDEX "Run_owner_newest_idx" ON "Run" (owner, ("runId"::numeric) DESC);

-- Rows updated every heartbeat: room on the page keeps the update off the indexes, and vacuum comes by often.
ALTER TABLE "Session" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200);
ALTER TABLE "OrderVersion" SET (fillfactor = 50);
