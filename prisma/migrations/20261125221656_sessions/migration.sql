-- AlterTable
ALTER TABLE "profile"."session" ADD COLUMN     "device" TEXT,
ADD COLUMN     "device_id" TEXT NOT NULL DEFAULT 'unknown',
ADD COLUMN     "family_hash" TEXT,
ADD COLUMN     "previous_hash" TEXT,
ADD COLUMN     "region" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "renewed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "salt" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- The family of a token of the first version is named by all of it.
UPDATE "profile"."session" SET "family_hash" = "refresh_hash";
ALTER TABLE "profile"."session" ALTER COLUMN "family_hash" SET NOT NULL;

-- CreateIndex
CREATE UNIQUE INDEX "session_family_hash_key" ON "profile"."session"("family_hash");
