/** What stands around the words of a message, as it was when the first attempt began (`bridge/deliver/frame.ts`). */
export const frame = `
ALTER TABLE jobs ADD COLUMN frame TEXT;
`
