/**
 * Times are milliseconds since 1970. Chats and people stand everywhere under their canonical ref (see `chats.ts`).
 *
 * `messages` holds every message that was received for a mapped chat or sent by the bridge: it answers "seen before?",
 * and keeps the network's own copy for quotes. `links` joins a received message with the messages it became.
 */
export const initial = `
CREATE TABLE sessions (
  seq INTEGER PRIMARY KEY,
  connection TEXT NOT NULL,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (connection, type, id)
) STRICT;

CREATE TABLE chats (
  ref TEXT PRIMARY KEY,
  kind TEXT,
  name TEXT,
  push_name TEXT,
  last_activity INTEGER,
  notified_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE aliases (
  alias TEXT PRIMARY KEY,
  ref TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_of_ref ON aliases (ref);

CREATE TABLE mappings (
  id INTEGER PRIMARY KEY,
  whatsapp TEXT NOT NULL UNIQUE,
  telegram TEXT NOT NULL,
  to_telegram_only INTEGER NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mappings_of_telegram ON mappings (telegram);
CREATE UNIQUE INDEX one_two_way_mapping ON mappings (telegram) WHERE to_telegram_only = 0;

CREATE TABLE messages (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  chat TEXT NOT NULL,
  author TEXT NOT NULL,
  me INTEGER NOT NULL,
  bridge INTEGER NOT NULL,
  raw TEXT,
  seen_at INTEGER NOT NULL,
  UNIQUE (id, chat, author)
) STRICT;

CREATE TABLE links (
  source INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  part INTEGER NOT NULL,
  target INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
  PRIMARY KEY (source, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_target ON links (target);

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lane TEXT NOT NULL,
  target TEXT NOT NULL,
  source INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  event TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'failed')),
  unsure INTEGER NOT NULL DEFAULT 0,
  mark TEXT,
  due_at INTEGER NOT NULL,
  level INTEGER NOT NULL DEFAULT 0,
  base INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  media_failures INTEGER NOT NULL DEFAULT 0,
  bugs INTEGER NOT NULL DEFAULT 0,
  failing_for INTEGER NOT NULL DEFAULT 0,
  last_failed_at INTEGER,
  problem TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_in_lane ON jobs (lane, id) WHERE state <> 'failed';
CREATE INDEX failed_jobs ON jobs (id) WHERE state = 'failed';

CREATE TABLE heartbeat (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  beat_at INTEGER NOT NULL,
  networks TEXT NOT NULL
) STRICT;
`
