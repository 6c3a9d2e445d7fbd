/** When a message was edited last, by the network's clock: an older edit that comes late changes nothing. */
export const edits = `
ALTER TABLE messages ADD COLUMN edited_at INTEGER;
`
