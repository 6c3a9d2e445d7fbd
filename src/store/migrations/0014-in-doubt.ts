/** What is in doubt is asked for at almost every step, and is little among thousands of jobs that wait (`outbox/in-doubt.ts`). */
export const inDoubt = `
CREATE INDEX jobs_in_doubt ON jobs (id) WHERE unsure = 1;
`
