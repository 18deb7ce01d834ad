-- AlterTable
ALTER TABLE "profile"."account" ADD COLUMN     "delete_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "profile"."removed_profile" (
    "id" TEXT NOT NULL,
    "removed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "removed_profile_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "removed_profile_removed_at_idx" ON "profile"."removed_profile"("removed_at");

-- CreateIndex
CREATE INDEX "account_delete_at_idx" ON "profile"."account"("delete_at");
