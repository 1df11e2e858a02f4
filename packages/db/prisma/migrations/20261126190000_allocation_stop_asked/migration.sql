-- AlterTable
ALTER TABLE "Allocation" ADD COLUMN     "stopAskedAt" TIMESTAMPTZ;

-- What is to stop already gets all the time for it from now on.
UPDATE "Allocation" SET "stopAskedAt" = now() WHERE desired = 'Stopped' AND "endedAt" IS NULL;
