-- AlterTable
ALTER TABLE "Order" ADD COLUMN "sizeBytes" INTEGER;
-- Of orders that were issued before: an upper bound, since every escape counts twice.
UPDATE "Order" SET "sizeBytes" = 2 * octet_length(envelope::text);
ALTER TABLE "Order" ALTER COLUMN "sizeBytes" SET NOT NULL;
