-- CreateTable
CREATE TABLE "Upload" (
    "snapshotId" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "beganAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "storedAt" TIMESTAMPTZ,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("snapshotId","sha256")
);

-- CreateIndex
CREATE INDEX "Upload_sha256_idx" ON "Upload"("sha256");

-- CreateIndex
CREATE INDEX "Upload_beganAt_idx" ON "Upload"("beganAt");

-- CreateIndex
CREATE INDEX "Snapshot_sha256_idx" ON "Snapshot"("sha256");
