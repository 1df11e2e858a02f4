-- CreateIndex
CREATE INDEX "TimelineEvent_subject_at_idx" ON "TimelineEvent"("subject", "at");
