/** How often something in front of a network has refused this job alone (`outbox/decide.ts`). */
export const pages = `
ALTER TABLE jobs ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;
`
