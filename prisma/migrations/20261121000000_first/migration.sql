-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "catalog";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "history";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "playback";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "profile";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "recs";

-- CreateEnum
CREATE TYPE "catalog"."TitleKind" AS ENUM ('FILM', 'SERIES', 'EPISODE');

-- CreateEnum
CREATE TYPE "catalog"."MediaState" AS ENUM ('NONE', 'PREPARING', 'READY', 'FAILED');

-- CreateTable
CREATE TABLE "catalog"."title" (
    "id" TEXT NOT NULL,
    "kind" "catalog"."TitleKind" NOT NULL,
    "name" TEXT NOT NULL,
    "synopsis" TEXT NOT NULL,
    "year" INTEGER NOT NULL,
    "runtime_minutes" INTEGER NOT NULL,
    "maturity" INTEGER NOT NULL,
    "language" TEXT NOT NULL,
    "popularity" DOUBLE PRECISION NOT NULL,
    "hue" INTEGER NOT NULL,
    "genres" TEXT[],
    "translations" JSONB NOT NULL DEFAULT '{}',
    "series_id" TEXT,
    "season" INTEGER,
    "episode" INTEGER,
    "released_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "title_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalog"."person" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalog"."credit" (
    "title_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "credit_pkey" PRIMARY KEY ("title_id","person_id","role")
);

-- CreateTable
CREATE TABLE "catalog"."availability" (
    "title_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "availability_pkey" PRIMARY KEY ("title_id","region")
);

-- CreateTable
CREATE TABLE "catalog"."media" (
    "title_id" TEXT NOT NULL,
    "state" "catalog"."MediaState" NOT NULL,
    "percent" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "prefix" TEXT,
    "duration_ms" INTEGER,
    "renditions" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "media_pkey" PRIMARY KEY ("title_id")
);

-- CreateTable
CREATE TABLE "catalog"."upload" (
    "id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "object_key" TEXT NOT NULL,
    "parts" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "step" TEXT NOT NULL DEFAULT 'uploading',
    "percent" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "catalog"."outbox" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "event" JSONB NOT NULL,
    "traceparent" TEXT NOT NULL,
    "saved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "history"."resume_point" (
    "profile_id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "position_ms" INTEGER NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "device_id" TEXT NOT NULL,

    CONSTRAINT "resume_point_pkey" PRIMARY KEY ("profile_id","title_id")
);

-- CreateTable
CREATE TABLE "history"."viewing" (
    "profile_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "position_ms" INTEGER NOT NULL,
    "duration_ms" INTEGER NOT NULL,

    CONSTRAINT "viewing_pkey" PRIMARY KEY ("profile_id","session_id")
);

-- CreateTable
CREATE TABLE "playback"."session" (
    "id" TEXT NOT NULL,
    "profile_id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."account" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "operator" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."profile" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "avatar" TEXT NOT NULL,
    "maturity_limit" INTEGER NOT NULL DEFAULT 18,
    "language" TEXT NOT NULL DEFAULT 'en',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."plan" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "price_cents" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "streams_max" INTEGER NOT NULL,
    "height_max" INTEGER NOT NULL,

    CONSTRAINT "plan_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."subscription" (
    "account_id" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subscription_pkey" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "profile"."session" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "profile_id" TEXT NOT NULL,
    "refresh_hash" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile"."outbox" (
    "id" BIGSERIAL NOT NULL,
    "topic" TEXT NOT NULL,
    "event" JSONB NOT NULL,
    "traceparent" TEXT NOT NULL,
    "saved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recs"."title_feature" (
    "title_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "genres" TEXT[],
    "people" TEXT[],
    "year" INTEGER NOT NULL,
    "maturity" INTEGER NOT NULL,
    "popularity" DOUBLE PRECISION NOT NULL,
    "playable" BOOLEAN NOT NULL,

    CONSTRAINT "title_feature_pkey" PRIMARY KEY ("title_id")
);

-- CreateTable
CREATE TABLE "recs"."signal" (
    "profile_id" TEXT NOT NULL,
    "title_id" TEXT NOT NULL,
    "share" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signal_pkey" PRIMARY KEY ("profile_id","title_id")
);

-- CreateIndex
CREATE INDEX "title_series_id_season_episode_idx" ON "catalog"."title"("series_id", "season", "episode");

-- CreateIndex
CREATE INDEX "title_popularity_id_idx" ON "catalog"."title"("popularity" DESC, "id");

-- CreateIndex
CREATE INDEX "resume_point_profile_id_at_idx" ON "history"."resume_point"("profile_id", "at" DESC);

-- CreateIndex
CREATE INDEX "viewing_profile_id_last_at_idx" ON "history"."viewing"("profile_id", "last_at" DESC);

-- CreateIndex
CREATE INDEX "session_profile_id_created_at_idx" ON "playback"."session"("profile_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "account_email_key" ON "profile"."account"("email");

-- CreateIndex
CREATE INDEX "profile_account_id_created_at_idx" ON "profile"."profile"("account_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "session_refresh_hash_key" ON "profile"."session"("refresh_hash");

-- CreateIndex
CREATE INDEX "session_account_id_idx" ON "profile"."session"("account_id");

-- AddForeignKey
ALTER TABLE "catalog"."title" ADD CONSTRAINT "title_series_id_fkey" FOREIGN KEY ("series_id") REFERENCES "catalog"."title"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "catalog"."credit" ADD CONSTRAINT "credit_title_id_fkey" FOREIGN KEY ("title_id") REFERENCES "catalog"."title"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "catalog"."credit" ADD CONSTRAINT "credit_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "catalog"."person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "catalog"."availability" ADD CONSTRAINT "availability_title_id_fkey" FOREIGN KEY ("title_id") REFERENCES "catalog"."title"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "catalog"."media" ADD CONSTRAINT "media_title_id_fkey" FOREIGN KEY ("title_id") REFERENCES "catalog"."title"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile"."profile" ADD CONSTRAINT "profile_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "profile"."account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile"."subscription" ADD CONSTRAINT "subscription_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "profile"."account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile"."subscription" ADD CONSTRAINT "subscription_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "profile"."plan"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile"."session" ADD CONSTRAINT "session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "profile"."account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
