/**
 * How often the target network itself has failed at a job, and how often nobody could say whether it arrived
 * (`outbox/decide.ts`). Pages of somebody else were counted with the former before, and where nobody else passed.
 */
export const ownFailures = `
ALTER TABLE jobs ADD COLUMN own_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET pages = 0 WHERE pages > 0;
`
