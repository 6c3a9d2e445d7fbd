import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, networkOf } from '../chat-ref.ts'
import { isThat } from '../deliver/gathered.ts'
import { type ChangeEvent, isMessage, readEvent } from '../event.ts'
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
  const place = outbox.goesTo(key, chat) ?? store.links.destination(key)
  return place ?? placeOfAlbum(message, { outbox }) ?? placeOfJoined(message, { store, outbox })
}

/** Where several texts go together of which this is one: their jobs have become the one with which their lane begins. */
const placeOfJoined = (message: StoredMessage, { store, outbox }: Tools): ChatRef | undefined => {
  const first = outbox.first(message.chat)
  const event = first && readEvent(first.event)
  if (event === undefined || !isMessage(event) || event.content.kind !== 'joined') return undefined
  return event.content.items.some(item => isThat(item, message, store)) ? first?.target : undefined
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
