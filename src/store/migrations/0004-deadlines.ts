/** What ends by itself at a moment (milliseconds since 1970): a pin, a poll. Disappearing messages have `expires_at`. */
export const deadlines = `
CREATE TABLE deadlines (
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  what TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_deadlines ON deadlines (at);
`
