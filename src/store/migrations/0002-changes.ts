/**
 * What a message can become after it was sent: reacted to, voted in, deleted, replaced, gone by itself.
 *
 * `messages.content` is kept for what is shown anew as a whole when somebody votes; `pending` marks a message that is not
 * readable yet. `links.role` tells the messages that stand for another one ('') from the bridge's notes under it, from the
 * placeholder that it will replace, and from what an album's announcement became together.
 */
export const changes = `
ALTER TABLE messages ADD COLUMN content TEXT;
ALTER TABLE messages ADD COLUMN pending INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN expires_at INTEGER;
CREATE INDEX expiring_messages ON messages (expires_at) WHERE expires_at IS NOT NULL AND deleted = 0;

ALTER TABLE links ADD COLUMN role TEXT NOT NULL DEFAULT '';

CREATE TABLE reactions (
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  person TEXT NOT NULL,
  emoji TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE votes (
  message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  person TEXT NOT NULL,
  choice TEXT NOT NULL,
  guests INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message, person)
) STRICT, WITHOUT ROWID;

ALTER TABLE jobs ADD COLUMN topic TEXT;
CREATE INDEX jobs_about ON jobs (topic) WHERE topic IS NOT NULL;
`
