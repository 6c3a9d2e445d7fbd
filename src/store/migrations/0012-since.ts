/** From when a mapping stands by Telegram's clock, in milliseconds since 1970; null where nobody knows. */
export const since = `
ALTER TABLE mappings ADD COLUMN since INTEGER;
`
