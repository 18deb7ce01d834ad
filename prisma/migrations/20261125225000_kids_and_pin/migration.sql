-- AlterTable
ALTER TABLE "profile"."account" ADD COLUMN     "pin_hash" TEXT;

-- AlterTable
ALTER TABLE "profile"."profile" ADD COLUMN     "kids" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "pin_hash" TEXT;

-- What devices showed as a profile for children until now.
UPDATE "profile"."profile" SET "kids" = true WHERE "maturity_limit" < 13;
