-- What Prisma's schema language cannot say (Prisma leaves it alone, see no-drift.int.test.ts).

-- A node has one live session, and a task's replica one live allocation, whatever two processes do at once.
CREATE UNIQUE INDEX "Session_live_key" ON "Session" ("runId", "node") WHERE "supersededAt" IS NULL;
CREATE UNIQUE INDEX "Allocation_live_key" ON "Allocation" ("taskId", "replica") WHERE "endedAt" IS NULL;

-- Rows updated every heartbeat: room on the page keeps the update off the indexes, and vacuum comes by often.
ALTER TABLE "Session" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 200);
ALTER TABLE "OrderVersion" SET (fillfactor = 50);
