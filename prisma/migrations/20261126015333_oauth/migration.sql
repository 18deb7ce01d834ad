-- CreateTable
CREATE TABLE "profile"."oauth_record" (
    "kind" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "grant_id" TEXT,
    "user_code" TEXT,
    "uid" TEXT,
    "consumed_at" TIMESTAMPTZ(3),
    "polled_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oauth_record_pkey" PRIMARY KEY ("kind","id")
);

-- CreateTable
CREATE TABLE "profile"."try_count" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "try_count_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "oauth_record_grant_id_idx" ON "profile"."oauth_record"("grant_id");

-- CreateIndex
CREATE INDEX "oauth_record_user_code_idx" ON "profile"."oauth_record"("user_code");

-- CreateIndex
CREATE INDEX "oauth_record_uid_idx" ON "profile"."oauth_record"("uid");

-- CreateIndex
CREATE INDEX "oauth_record_expires_at_idx" ON "profile"."oauth_record"("expires_at");
