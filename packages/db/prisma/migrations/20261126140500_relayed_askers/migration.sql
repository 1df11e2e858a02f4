-- Calls live for minutes: whoever made one asks again.
DELETE FROM "RelayedCall";

-- AlterTable
ALTER TABLE "RelayedCall" ADD COLUMN     "asker" TEXT NOT NULL;
