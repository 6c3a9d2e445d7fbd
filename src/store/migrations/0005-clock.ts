/** How late it was by the program's own clock, which goes on from there, where the machine's has been set back. */
export const clock = `
ALTER TABLE heartbeat ADD COLUMN clock INTEGER NOT NULL DEFAULT 0;
`
