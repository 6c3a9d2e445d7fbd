/**
 * What was said about keeping a disappearing message, by the id it has in its chat: that may be said before the message
 * comes. Of several words the last one counts (`at`: milliseconds since 1970, by the sender's clock).
 */
export const keeps = `
CREATE TABLE keeps (
  chat TEXT NOT NULL,
  id TEXT NOT NULL,
  kept INTEGER NOT NULL,
  person TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (chat, id)
) STRICT, WITHOUT ROWID;
`
