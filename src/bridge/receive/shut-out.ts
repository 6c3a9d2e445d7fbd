import { addNotice } from '../deliver/notice.ts'
import type { ShutOut } from '../network.ts'
import type { InboxOptions } from './reception.ts'

/** So many chats are named; of the others it is said how many. */
const named = 3

/**
 * The bridge was thrown out of a place in Telegram. Without a word the owner would learn of it with the next message that
 * cannot be shown there. Call it in the transaction that takes the news. Returns whether anything was said.
 */
export const tellOfShutOut = (
  { chat: place, at }: ShutOut,
  { store, ...options }: InboxOptions,
  now: number,
): boolean => {
  const owner = options.ownerChat?.()
  const chat = store.chats.resolve(place)
  const lost = store.mappings
    .list()
    .filter(({ telegram }) => telegram === chat || telegram.startsWith(`${chat}/`))
    .map(({ whatsapp }) => `"${store.chats.displayName(whatsapp)}"`)
  if (owner === undefined || lost.length === 0) return false
  // The news may come again.
  const told = store.session('told')
  const key = { type: 'shut out', id: chat }
  if (Number(told.get(key.type, key.id) ?? 0) >= at) return false
  told.set([{ ...key, value: String(at) }])
  const more = lost.length > named ? ` and ${lost.length - named} more` : ''
  const text = [
    `I am no longer in the Telegram chat of ${lost.slice(0, named).join(', ')}${more}: nothing comes there any more, and nothing goes to WhatsApp from there.`,
    'Add me there again, or map to another chat: wa2tg map remove, then wa2tg map add.',
  ].join('\n\n')
  addNotice({ store, ...options }, { chat: owner, text, now })
  return true
}
