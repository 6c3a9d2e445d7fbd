/** SQL: what the message of a job has become so far. */
export const parts = "FROM links WHERE links.source = jobs.source AND role IN ('', 'album', 'announcement')"
