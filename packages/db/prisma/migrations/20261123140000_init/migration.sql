-- CreateTable
CREATE TABLE "ChainCursor" (
    "chainId" INTEGER NOT NULL,
    "registry" TEXT NOT NULL,
    "deploymentBlock" INTEGER NOT NULL,
    "deploymentHash" TEXT NOT NULL,
    "headNumber" INTEGER NOT NULL,
    "headHash" TEXT NOT NULL,
    "headTimestamp" TIMESTAMPTZ NOT NULL,
    "finalizedNumber" INTEGER NOT NULL,
    "updatedAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "ChainCursor_pkey" PRIMARY KEY ("chainId","registry")
);

-- CreateTable
CREATE TABLE "ChainBlock" (
    "number" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "timestamp" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "ChainBlock_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "ChainEvent" (
    "blockHash" TEXT NOT NULL,
    "logIndex" INTEGER NOT NULL,
    "blockNumber" INTEGER NOT NULL,
    "blockTime" TIMESTAMPTZ NOT NULL,
    "txHash" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT,
    "args" JSONB NOT NULL,

    CONSTRAINT "ChainEvent_pkey" PRIMARY KEY ("blockHash","logIndex")
);

-- CreateTable
CREATE TABLE "Run" (
    "runId" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "pendingOwner" TEXT,
    "master" TEXT NOT NULL,
    "masterEpoch" INTEGER NOT NULL,
    "validators" TEXT NOT NULL,
    "gate" TEXT NOT NULL,
    "quorum" INTEGER NOT NULL,
    "termsHash" TEXT NOT NULL,
    "discoveryUri" TEXT NOT NULL,
    "requirements" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL,
    "createdTx" TEXT NOT NULL,
    "closedAt" TIMESTAMPTZ,
    "closedTx" TEXT,

    CONSTRAINT "Run_pkey" PRIMARY KEY ("runId")
);

-- CreateTable
CREATE TABLE "Registration" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "round" INTEGER NOT NULL,
    "approvals" INTEGER NOT NULL,
    "rejections" INTEGER NOT NULL,
    "standing" TEXT NOT NULL,
    "banned" BOOLEAN NOT NULL,
    "registeredAt" TIMESTAMPTZ NOT NULL,
    "roundOpenedAt" TIMESTAMPTZ NOT NULL,
    "approvedAt" TIMESTAMPTZ,
    "endedAt" TIMESTAMPTZ,
    "capabilitiesHash" TEXT NOT NULL,
    "registeredTx" TEXT NOT NULL,
    "registeredBlock" INTEGER NOT NULL,
    "endedReason" TEXT,

    CONSTRAINT "Registration_pkey" PRIMARY KEY ("runId","node")
);

-- CreateTable
CREATE TABLE "Verdict" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "round" INTEGER NOT NULL,
    "validator" TEXT NOT NULL,
    "approve" BOOLEAN NOT NULL,
    "evidenceHash" TEXT NOT NULL,
    "txHash" TEXT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "Verdict_pkey" PRIMARY KEY ("runId","node","seq","round","validator")
);

-- CreateTable
CREATE TABLE "Announcement" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "sequence" BIGINT NOT NULL,
    "envelope" JSONB NOT NULL,
    "capabilities" JSONB NOT NULL,
    "expiresAt" TIMESTAMPTZ NOT NULL,
    "updatedAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "Announcement_pkey" PRIMARY KEY ("runId","node")
);

-- CreateTable
CREATE TABLE "SeenNonce" (
    "signer" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "SeenNonce_pkey" PRIMARY KEY ("signer","nonce")
);

-- CreateTable
CREATE TABLE "Evidence" (
    "hash" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "validator" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "Evidence_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "NodeState" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "phase" TEXT NOT NULL,
    "phaseReason" TEXT,
    "phaseSince" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "capabilities" JSONB,
    "inviteEpoch" INTEGER,
    "inviteDigest" TEXT,
    "invitedAt" TIMESTAMPTZ,
    "inviteAttempts" INTEGER NOT NULL DEFAULT 0,
    "nextInviteAt" TIMESTAMPTZ,
    "acknowledgment" JSONB,
    "acknowledgedAt" TIMESTAMPTZ,
    "drainRequestedAt" TIMESTAMPTZ,
    "drainReason" TEXT,
    "lastHeartbeatAt" TIMESTAMPTZ,
    "updatedAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "NodeState_pkey" PRIMARY KEY ("runId","node")
);

-- CreateTable
CREATE TABLE "Session" (
    "sessionId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "generation" BIGINT NOT NULL,
    "inviteDigest" TEXT NOT NULL,
    "keyFromNode" BYTEA NOT NULL,
    "keyToNode" BYTEA NOT NULL,
    "counterIn" BIGINT NOT NULL DEFAULT 0,
    "counterOut" BIGINT NOT NULL DEFAULT 0,
    "counterReport" BIGINT NOT NULL DEFAULT 0,
    "counterLogs" BIGINT NOT NULL DEFAULT 0,
    "counterOrders" BIGINT NOT NULL DEFAULT 0,
    "counterSync" BIGINT NOT NULL DEFAULT 0,
    "status" JSONB,
    "openedAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "heartbeatAt" TIMESTAMPTZ,
    "supersededAt" TIMESTAMPTZ,

    CONSTRAINT "Session_pkey" PRIMARY KEY ("sessionId")
);

-- CreateTable
CREATE TABLE "Task" (
    "taskId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "specHash" TEXT NOT NULL,
    "idempotencyKey" TEXT,
    "desired" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "phaseReason" TEXT,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "endedAt" TIMESTAMPTZ,

    CONSTRAINT "Task_pkey" PRIMARY KEY ("taskId")
);

-- CreateTable
CREATE TABLE "Allocation" (
    "allocationId" TEXT NOT NULL,
    "taskId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "epoch" INTEGER NOT NULL,
    "replica" INTEGER NOT NULL,
    "phase" TEXT NOT NULL,
    "phaseReason" TEXT,
    "phaseSince" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "desired" TEXT NOT NULL,
    "stopReason" TEXT,
    "containerId" TEXT,
    "imageId" TEXT,
    "exitCode" INTEGER,
    "oomKilled" BOOLEAN NOT NULL DEFAULT false,
    "error" JSONB,
    "pullProgress" JSONB,
    "restarts" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "startedAt" TIMESTAMPTZ,
    "endedAt" TIMESTAMPTZ,
    "reportedAt" TIMESTAMPTZ,

    CONSTRAINT "Allocation_pkey" PRIMARY KEY ("allocationId")
);

-- CreateTable
CREATE TABLE "Order" (
    "orderId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "masterEpoch" INTEGER NOT NULL,
    "counter" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "allocationId" TEXT,
    "envelope" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "acknowledgedAt" TIMESTAMPTZ,
    "result" JSONB,

    CONSTRAINT "Order_pkey" PRIMARY KEY ("orderId")
);

-- CreateTable
CREATE TABLE "OrderVersion" (
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "masterEpoch" INTEGER NOT NULL,
    "counter" BIGINT NOT NULL,

    CONSTRAINT "OrderVersion_pkey" PRIMARY KEY ("runId","node")
);

-- CreateTable
CREATE TABLE "LogChunk" (
    "allocationId" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "firstAt" TIMESTAMPTZ NOT NULL,
    "lastAt" TIMESTAMPTZ NOT NULL,
    "lines" JSONB NOT NULL,
    "receivedAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "LogChunk_pkey" PRIMARY KEY ("allocationId","sequence")
);

-- CreateTable
CREATE TABLE "Snapshot" (
    "snapshotId" TEXT NOT NULL,
    "taskId" TEXT NOT NULL,
    "allocationId" TEXT NOT NULL,
    "runId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "volume" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "acknowledgment" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "Snapshot_pkey" PRIMARY KEY ("snapshotId")
);

-- CreateTable
CREATE TABLE "TimelineEvent" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "runId" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "from" TEXT,
    "to" TEXT NOT NULL,
    "reason" TEXT,

    CONSTRAINT "TimelineEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SiweNonce" (
    "nonce" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "SiweNonce_pkey" PRIMARY KEY ("nonce")
);

-- CreateTable
CREATE TABLE "AuthSession" (
    "tokenHash" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),
    "expiresAt" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "AuthSession_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateIndex
CREATE INDEX "ChainEvent_runId_blockNumber_logIndex_idx" ON "ChainEvent"("runId", "blockNumber", "logIndex");

-- CreateIndex
CREATE INDEX "ChainEvent_blockNumber_idx" ON "ChainEvent"("blockNumber");

-- CreateIndex
CREATE INDEX "Run_owner_createdAt_idx" ON "Run"("owner", "createdAt");

-- CreateIndex
CREATE INDEX "Run_master_idx" ON "Run"("master");

-- CreateIndex
CREATE INDEX "Registration_node_idx" ON "Registration"("node");

-- CreateIndex
CREATE INDEX "Registration_runId_registeredBlock_node_idx" ON "Registration"("runId", "registeredBlock", "node");

-- CreateIndex
CREATE INDEX "Announcement_expiresAt_idx" ON "Announcement"("expiresAt");

-- CreateIndex
CREATE INDEX "SeenNonce_expiresAt_idx" ON "SeenNonce"("expiresAt");

-- CreateIndex
CREATE INDEX "Evidence_runId_node_idx" ON "Evidence"("runId", "node");

-- CreateIndex
CREATE INDEX "NodeState_phase_idx" ON "NodeState"("phase");

-- CreateIndex
CREATE INDEX "Session_runId_node_idx" ON "Session"("runId", "node");

-- CreateIndex
CREATE INDEX "Task_runId_createdAt_taskId_idx" ON "Task"("runId", "createdAt", "taskId");

-- CreateIndex
CREATE UNIQUE INDEX "Task_runId_idempotencyKey_key" ON "Task"("runId", "idempotencyKey");

-- CreateIndex
CREATE INDEX "Allocation_taskId_idx" ON "Allocation"("taskId");

-- CreateIndex
CREATE INDEX "Allocation_runId_node_phase_idx" ON "Allocation"("runId", "node", "phase");

-- CreateIndex
CREATE INDEX "Order_allocationId_idx" ON "Order"("allocationId");

-- CreateIndex
CREATE UNIQUE INDEX "Order_runId_node_masterEpoch_counter_key" ON "Order"("runId", "node", "masterEpoch", "counter");

-- CreateIndex
CREATE INDEX "Snapshot_taskId_createdAt_idx" ON "Snapshot"("taskId", "createdAt");

-- CreateIndex
CREATE INDEX "TimelineEvent_runId_id_idx" ON "TimelineEvent"("runId", "id");

-- CreateIndex
CREATE INDEX "AuthSession_expiresAt_idx" ON "AuthSession"("expiresAt");

-- AddForeignKey
ALTER TABLE "Registration" ADD CONSTRAINT "Registration_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("runId") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Allocation" ADD CONSTRAINT "Allocation_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "Task"("taskId") ON DELETE CASCADE ON UPDATE CASCADE;
