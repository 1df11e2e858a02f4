-- AlterTable
ALTER TABLE "NodeState" ADD COLUMN     "keyStatement" JSONB;

-- AlterTable
ALTER TABLE "Task" ADD COLUMN     "imageDigest" TEXT,
ADD COLUMN     "needsCredentials" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "SealedCredential" (
    "taskId" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "encryptionKey" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp(),

    CONSTRAINT "SealedCredential_pkey" PRIMARY KEY ("taskId","node")
);

-- AddForeignKey
ALTER TABLE "SealedCredential" ADD CONSTRAINT "SealedCredential_taskId_fkey" FOREIGN KEY ("taskId") REFERENCES "Task"("taskId") ON DELETE CASCADE ON UPDATE CASCADE;
