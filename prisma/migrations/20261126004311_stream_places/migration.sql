-- AlterTable
ALTER TABLE "playback"."session" ADD COLUMN     "account_id" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "device" TEXT,
ADD COLUMN     "stopped_at" TIMESTAMPTZ(3),
ADD COLUMN     "streams_max" INTEGER NOT NULL DEFAULT 1;
