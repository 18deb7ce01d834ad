-- CreateIndex
CREATE INDEX "title_genres_idx" ON "catalog"."title" USING GIN ("genres");
