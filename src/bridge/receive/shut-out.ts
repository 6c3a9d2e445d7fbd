import type { ShutOut } from '../network.ts'
import type { InboxOptions } from './reception.ts'
import { tellOwner } from './tell-owner.ts'

/** So many chats are named; of the others it is said how many. */
const named = 3

/**
 * The bridge was thrown out of a place in Telegram. Without a word the owner would learn of it with the next message that
 * cannot be shown there. Call it in the transaction that takes the news. Returns whether anything was said.
 */
export const tellOfShutOut = ({ chat: place, at }: ShutOut, options: InboxOptions, now: number): boolean => {
  const { store } = options
  const chat = store.chats.resolve(place)
  // With a supergroup the group that it once was ends as well (tdlib/telegram-bot-api issue 266): that is no second loss.
  if (chat !== place) return false
  const lost = store.mappings
    .list()
    .filter(({ telegram }) => telegram === chat || telegram.startsWith(`${chat}/`))
    .map(({ whatsapp }) => `"${store.chats.displayName(whatsapp)}"`)
  if (lost.length === 0) return false
  const more = lost.length > named ? ` and ${lost.length - named} more` : ''
  const text = () =>
    [
      `I am no longer in the Telegram chat of ${lost.slice(0, named).join(', ')}${more}: nothing comes there any more, and nothing goes to WhatsApp from there.`,
      'Add me there again, or map to another chat: wa2tg map remove, then wa2tg map add.',
    ].join('\n\n')
  return tellOwner(
    {
      about: { type: 'shut out', id: chat },
      value: String(at),
      // The news may come again.
      isNews: before => Number(before) < at,
      text,
    },
    options,
    now,
  )
}
