-- DropIndex
DROP INDEX "history"."viewing_profile_id_last_at_idx";

-- CreateIndex
CREATE INDEX "viewing_profile_id_last_at_session_id_idx" ON "history"."viewing"("profile_id", "last_at" DESC, "session_id" DESC);
