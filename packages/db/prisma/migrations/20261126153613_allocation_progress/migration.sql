-- AlterTable
ALTER TABLE "Allocation" ADD COLUMN     "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "progressAt" TIMESTAMPTZ NOT NULL DEFAULT statement_timestamp();
