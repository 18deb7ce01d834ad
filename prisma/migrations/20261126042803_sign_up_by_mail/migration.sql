-- AlterTable
ALTER TABLE "profile"."oauth_record" ADD COLUMN     "account_id" TEXT;

-- CreateTable
CREATE TABLE "profile"."sign_up" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "code_hash" TEXT,
    "profile" JSONB NOT NULL,
    "plan_id" TEXT,
    "payment_method" TEXT,
    "country" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_up_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."password_reset" (
    "id" TEXT NOT NULL,
    "account_id" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "password_reset_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sign_up_expires_at_idx" ON "profile"."sign_up"("expires_at");

-- CreateIndex
CREATE INDEX "password_reset_account_id_idx" ON "profile"."password_reset"("account_id");

-- CreateIndex
CREATE INDEX "password_reset_expires_at_idx" ON "profile"."password_reset"("expires_at");

-- CreateIndex
CREATE INDEX "oauth_record_account_id_idx" ON "profile"."oauth_record"("account_id");

-- AddForeignKey
ALTER TABLE "profile"."password_reset" ADD CONSTRAINT "password_reset_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "profile"."account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Of records that are there already; those that end with the sessions of an account are found by it.
UPDATE "profile"."oauth_record" SET "account_id" = "payload"->>'accountId';
