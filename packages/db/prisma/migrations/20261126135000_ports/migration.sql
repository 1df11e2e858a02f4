-- AlterTable
ALTER TABLE "Allocation" ADD COLUMN     "ports" JSONB;

