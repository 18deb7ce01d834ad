-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "playback"."session"("expires_at");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "profile"."session"("expires_at");
