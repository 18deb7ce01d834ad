-- AlterTable
ALTER TABLE "profile"."account" ADD COLUMN     "support" BOOLEAN NOT NULL DEFAULT false;
