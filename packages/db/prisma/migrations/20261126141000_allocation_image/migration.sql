-- AlterTable
ALTER TABLE "Allocation" ADD COLUMN     "imageDigest" TEXT;

