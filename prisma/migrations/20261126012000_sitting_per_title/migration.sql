-- DropIndex
DROP INDEX "history"."viewing_profile_id_last_at_session_id_idx";

-- AlterTable
ALTER TABLE "history"."viewing" DROP CONSTRAINT "viewing_pkey",
ADD CONSTRAINT "viewing_pkey" PRIMARY KEY ("profile_id", "session_id", "title_id");

-- CreateIndex
CREATE INDEX "viewing_profile_id_last_at_session_id_title_id_idx" ON "history"."viewing"("profile_id", "last_at" DESC, "session_id" DESC, "title_id" DESC);
