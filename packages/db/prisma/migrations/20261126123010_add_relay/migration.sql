-- CreateTable
CREATE TABLE "RelayLink" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "sequence" BIGINT NOT NULL,
    "linkId" TEXT NOT NULL,
    "openedAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "RelayLink_pkey" PRIMARY KEY ("runId","node")
);

-- CreateTable
CREATE TABLE "RelayedCall" (
    "callId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "request" BYTEA NOT NULL,
    "answer" BYTEA,
    "takenBy" TEXT,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "expiresAt" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "RelayedCall_pkey" PRIMARY KEY ("callId")
);

-- CreateIndex
CREATE UNIQUE INDEX "RelayLink_linkId_key" ON "RelayLink"("linkId");

-- CreateIndex
CREATE INDEX "RelayedCall_runId_node_idx" ON "RelayedCall"("runId", "node");

-- CreateIndex
CREATE INDEX "RelayedCall_expiresAt_idx" ON "RelayedCall"("expiresAt");
