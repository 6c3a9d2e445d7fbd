/** How often the target network itself has failed at a job, and how often nobody could say whether it arrived (`outbox/decide.ts`). */
export const ownFailures = `
ALTER TABLE jobs ADD COLUMN own_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
`
