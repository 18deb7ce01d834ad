-- CreateEnum
CREATE TYPE "history"."ThumbKind" AS ENUM ('UP', 'DOWN');

-- AlterTable
ALTER TABLE "recs"."signal" ADD COLUMN     "thumb" TEXT,
ADD COLUMN     "thumb_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "history"."list_entry" (
    "profile_id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "list_entry_pkey" PRIMARY KEY ("profile_id","title_id")
);

-- CreateTable
CREATE TABLE "history"."thumb" (
    "profile_id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "thumb" "history"."ThumbKind" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "thumb_pkey" PRIMARY KEY ("profile_id","title_id")
);

-- CreateTable
CREATE TABLE "history"."outbox" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "key" TEXT NOT NULL DEFAULT '',
    "event" JSONB NOT NULL,
    "traceparent" TEXT NOT NULL,
    "saved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failed_at" TIMESTAMPTZ(3),
    "failure" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "list_entry_profile_id_added_at_title_id_idx" ON "history"."list_entry"("profile_id", "added_at" DESC, "title_id" DESC);

-- CreateIndex
CREATE INDEX "thumb_profile_id_thumb_at_idx" ON "history"."thumb"("profile_id", "thumb", "at" DESC);

-- CreateIndex
CREATE INDEX "outbox_topic_key_failed_at_idx" ON "history"."outbox"("topic", "key", "failed_at");
