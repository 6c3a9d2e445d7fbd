/** It came with a backup that was put back: what has become of it since is to be found out. */
export const restored = `
ALTER TABLE jobs ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
`
