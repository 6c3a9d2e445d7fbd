import { addNotice } from '../deliver/notice.ts'
import type { Overheard } from '../network.ts'
import type { InboxOptions } from './reception.ts'

/**
 * Somebody who is no owner has written in a chat that goes to WhatsApp. They hear nothing: it may be a chat of many people,
 * who talk among themselves. But the owner may have expected it to cross, and is told once for each chat. Nothing is
 * written for what has been told: others may have much to say. Returns whether anything was said.
 */
export const tellOfStranger = (
  { chat, name, userId }: Overheard,
  { store, ...options }: InboxOptions,
  now: number,
): boolean => {
  const owner = options.ownerChat?.()
  const [mapping] = store.mappings.forSource(chat)
  if (owner === undefined || mapping === undefined || mapping.toTelegramOnly) return false
  const told = store.session('told')
  const key = { type: 'stranger', id: mapping.telegram }
  if (told.get(key.type, key.id) !== undefined) return false
  const carries = store.chats.displayName(mapping.whatsapp)
  const text = [
    `${name} wrote in the Telegram chat of "${carries}". It stays in Telegram: only what owners write goes to WhatsApp, in your name.`,
    `To let ${name} write there, too, add ${userId} to telegram.owners in the config. (I say this once for each chat.)`,
  ].join('\n\n')
  store.transaction(() => {
    told.set([{ ...key, value: String(now) }])
    addNotice({ store, ...options }, { chat: owner, text, now })
  })
  return true
}
