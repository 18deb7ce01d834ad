-- AlterTable
ALTER TABLE "catalog"."title" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;
