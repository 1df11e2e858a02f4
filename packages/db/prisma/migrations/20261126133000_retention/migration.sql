-- AlterTable
ALTER TABLE "LogChunk" ADD COLUMN     "sizeBytes" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "LogChunk_receivedAt_idx" ON "LogChunk" USING BRIN ("receivedAt");

-- CreateIndex
CREATE INDEX "Order_createdAt_idx" ON "Order" USING BRIN ("createdAt");

-- CreateIndex
CREATE INDEX "TimelineEvent_at_idx" ON "TimelineEvent" USING BRIN ("at");
