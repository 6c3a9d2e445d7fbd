import type { Overheard } from '../network.ts'
import type { InboxOptions } from './reception.ts'
import { tellOwner } from './tell-owner.ts'

/**
 * Somebody who is no owner has written in a chat that goes to WhatsApp. They hear nothing: it may be a chat of many
 * people, who talk among themselves. But the owner may have expected it to cross, and is told once for each chat; once
 * more of those who write in the name of a channel, which the owner may do without noticing.
 * Others may have much to say after that. Returns whether anything was said.
 */
export const tellOfStranger = (
  { chat, name, userId }: Overheard,
  options: InboxOptions,
  now: number,
): boolean => {
  const { store } = options
  const [mapping] = store.mappings.forSource(chat)
  if (mapping === undefined || mapping.toTelegramOnly) return false
  const where = `in the Telegram chat of "${store.chats.displayName(mapping.whatsapp)}"`
  const text = () =>
    userId === undefined
      ? `Somebody wrote ${where} in the name of the channel "${name}". It stays in Telegram, also where that was you: write in your own name. (I say this once for each chat.)`
      : [
          `${name} wrote ${where}. It stays in Telegram: only what owners write goes to WhatsApp, in your name.`,
          `To let ${name} write there, too, add ${userId} to telegram.owners in the config. (I say this once for each chat.)`,
        ].join('\n\n')
  const about = { type: userId === undefined ? 'channel' : 'stranger', id: mapping.telegram }
  return tellOwner({ about, value: String(now), text }, options, now)
}
