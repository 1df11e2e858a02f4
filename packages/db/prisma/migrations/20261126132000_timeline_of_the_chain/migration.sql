-- DropIndex
DROP INDEX "TimelineEvent_runId_id_idx";

-- AlterTable
ALTER TABLE "ChainEvent" ADD COLUMN "toldAt" TIMESTAMPTZ;
UPDATE "ChainEvent" SET "toldAt" = LEAST("blockTime", now());
ALTER TABLE "ChainEvent" ALTER COLUMN "toldAt" SET NOT NULL;

-- CreateIndex
CREATE INDEX "ChainEvent_runId_toldAt_idx" ON "ChainEvent"("runId", "toldAt");

-- CreateIndex
CREATE INDEX "TimelineEvent_runId_at_idx" ON "TimelineEvent"("runId", "at");
