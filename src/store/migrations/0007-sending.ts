/** What goes to WhatsApp is looked for by its id whenever something is said of a message that is not known. */
export const sending = `
CREATE INDEX jobs_to_whatsapp ON jobs (target, message_id) WHERE target GLOB 'whatsapp:*';
`
