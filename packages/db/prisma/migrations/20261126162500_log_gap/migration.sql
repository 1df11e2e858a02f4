-- AlterTable
ALTER TABLE "LogChunk" ADD COLUMN     "droppedBytes" BIGINT NOT NULL DEFAULT 0;
