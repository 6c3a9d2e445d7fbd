import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import type { ChangeEvent } from '../event.ts'
import { placeOfAlbum } from './album.ts'
import type { InboxOptions } from './reception.ts'

type Tools = Pick<InboxOptions, 'store' | 'outbox'>

/** The WhatsApp chat that a message of the owner's went to, or is to go to, also in an album, whatever is mapped by now. */
export const placeOfOwn = (key: number, { store, outbox }: Tools): ChatRef | undefined => {
  const { links } = store
  const message = links.get(key)
  const there = links.destination(key) ?? outbox.goesTo(key) ?? (message && placeOfAlbum(message, { outbox }))
  return there && networkOf(there) === 'whatsapp' ? there : undefined
}

/**
 * The same of a message from WhatsApp: the Telegram chat. What still waits of it may go elsewhere than that stands which has
 * held its place.
 */
export const placeOfReceived = (message: StoredMessage, { store, outbox }: Tools): ChatRef | undefined => {
  const { chat, key } = message
  return outbox.goesTo(key, chat) ?? store.links.destination(key) ?? placeOfAlbum(message, { outbox })
}

/** The same for what the owner does with it in Telegram. */
export const wentTo = (
  { chat, target }: Pick<ChangeEvent, 'chat' | 'target'>,
  tools: Tools,
): ChatRef | undefined => {
  if (networkOf(chat) !== 'telegram') return undefined
  const written = tools.store.links.subject({ chat, id: target.id })
  return written?.chat === chat && written.me ? placeOfOwn(written.key, tools) : undefined
}
