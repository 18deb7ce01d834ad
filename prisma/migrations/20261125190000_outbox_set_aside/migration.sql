-- AlterTable
ALTER TABLE "catalog"."outbox" ADD COLUMN "key" TEXT NOT NULL DEFAULT '', ADD COLUMN "failed_at" TIMESTAMPTZ(3), ADD COLUMN "failure" TEXT;

-- AlterTable
ALTER TABLE "profile"."outbox" ADD COLUMN "key" TEXT NOT NULL DEFAULT '', ADD COLUMN "failed_at" TIMESTAMPTZ(3), ADD COLUMN "failure" TEXT;

-- CreateIndex
CREATE INDEX "outbox_topic_key_failed_at_idx" ON "catalog"."outbox"("topic", "key", "failed_at");

-- CreateIndex
CREATE INDEX "outbox_topic_key_failed_at_idx" ON "profile"."outbox"("topic", "key", "failed_at");
