/** A Telegram bot token, alone or in the path of a Bot API address (`/bot123456:ABC…/sendMessage`). */
const TOKEN = /(?:(?<=\/(?:file\/)?bot)\d+:[\w-]+)|\b\d{5,}:[\w-]{20,}/g

/** Addresses of people and chats on WhatsApp; old group ids begin with their founder's number. */
const ADDRESS =
  /\b\d{5,}(?:-\d+)?(?:_\d+)?(?::\d+)?(?=@(?:s\.whatsapp\.net|c\.us|lid|g\.us|hosted(?:\.lid)?|newsletter)\b)/g

/** A phone number as people write it, in international form. */
const PHONE = /\+[1-9](?:[ ().-]?\d){6,14}(?!\d)/g

const lastDigits = (text: string) => `…${text.replace(/\D/g, '').slice(-3)}`

/** Text without bot tokens. `secrets` are further words that must not appear, such as the configured token itself. */
export const redactSecrets = (text: string, secrets: readonly string[] = []): string =>
  secrets
    .filter(secret => secret.length > 0)
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
    .replace(TOKEN, '[secret]')

/** Text in which phone numbers and WhatsApp addresses keep their last three digits only. */
export const redactPeople = (text: string): string =>
  text
    .replace(ADDRESS, address => lastDigits(address.replace(/[_:].*$/, '')))
    .replace(PHONE, phone => `+${lastDigits(phone)}`)
