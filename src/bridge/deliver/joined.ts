import type { Job } from '../../outbox/index.ts'
import type { Store, StoredMessage } from '../../store/index.ts'
import type { ChatRef, MessageRef } from '../chat-ref.ts'
import { type JoinedContent, parseContent } from '../content.ts'
import type { ChangeEvent } from '../event.ts'

type Item = JoinedContent['items'][number]
type Edit = Extract<ChangeEvent, { kind: 'edit' }>

/** What a message of the bridge holds, where it is several texts in one. */
export const joinedContentOf = (message: StoredMessage | undefined): JoinedContent | undefined => {
  const content = message?.content === undefined ? undefined : parseContent(message.content)
  return content?.kind === 'joined' ? content : undefined
}

/**
 * The several texts that a message of the bridge shows, or shows some of: an edit may have made them more than one message holds,
 * and they are kept with the first of these. None where it is no such message.
 */
export const textsIn = (message: MessageRef, { links }: Pick<Store, 'links'>): readonly Item[] => {
  const shown = links.find(message)
  const [source] = shown === undefined ? [] : links.sources(shown.key)
  const [first] = source === undefined ? [] : links.standIns(source, message.chat)
  return (joinedContentOf(shown) ?? joinedContentOf(first))?.items ?? []
}

/** The stored message that one of the texts was. */
export const sourceOf = (
  { id, person }: Item,
  chat: ChatRef,
  { links, chats }: Store,
): StoredMessage | undefined => links.find({ chat, id }, chats.resolve(person))

/** What one text in a message says: what has to be quoted to mean that one. */
export const wordsIn = (
  holder: StoredMessage,
  source: StoredMessage | undefined,
  store: Store,
): string | undefined => {
  const item = source && joinedContentOf(holder)?.items.find(each => isThat(each, source, store))
  return item?.body.text.trim()
}

const isThat = (item: Item, source: StoredMessage, { chats }: Store): boolean =>
  item.id === source.id && (source.author === undefined || chats.resolve(item.person) === source.author)

/** The texts that these words may have been picked out of, with the line above them or without. */
export const quotedFrom = (items: readonly Item[], quote: string): Item[] => {
  const words = quote.trim()
  return words === ''
    ? []
    : items.filter(({ line, body, deleted }) => !deleted && `${line}\n${body.text.trim()}`.includes(words))
}

/** Which of the texts in a message somebody answers who picked these words out of it; the last one where that is not told. */
export const answered = (
  message: MessageRef,
  { quote, chat, store }: { quote: string | undefined; chat: ChatRef; store: Store },
): StoredMessage | undefined => {
  const items = textsIn(message, store).filter(({ deleted }) => !deleted)
  const words = quote?.trim() ?? ''
  const quoted = quotedFrom(items, words)
  const item = quoted.findLast(({ body }) => body.text.includes(words)) ?? quoted.at(-1) ?? items.at(-1)
  return item && sourceOf(item, chat, store)
}

/** A change of one text of several as a change of the message that holds them. */
export interface JoinedChange {
  /** The edit of the whole; the change itself when nothing of the whole is left. */
  readonly event: ChangeEvent
  /** The messages that the texts were. */
  readonly sources: readonly number[]
  /** To be called when the change is carried out: what the whole says now. */
  keep(): void
}

export const changeJoined = (job: Job, event: ChangeEvent, store: Store): JoinedChange | undefined => {
  if (event.kind !== 'edit' && event.kind !== 'deletion') return undefined
  const { links } = store
  const [holder] = links.standIns(job.source, job.target)
  const source = links.get(job.source)
  const content = joinedContentOf(holder)
  if (!holder || !source || !content) return undefined
  const items = content.items.flatMap(item => (isThat(item, source, store) ? changed(item, event) : item))
  const whole: JoinedContent = { kind: 'joined', items }
  const { target, chat, id, sender, sentAt } = event
  const edit: Edit = { version: 1, kind: 'edit', target, chat, id, sender, sentAt, content: whole }
  return {
    event: items.every(({ deleted }) => deleted) ? event : edit,
    sources: links.sources(holder.key),
    keep: () => links.update(holder.key, 'content', JSON.stringify(whole)),
  }
}

/** What has vanished by itself leaves nothing behind. */
const changed = (item: Item, event: Extract<ChangeEvent, { kind: 'edit' | 'deletion' }>): Item[] => {
  if (event.kind === 'deletion') return event.by === 'time' ? [] : [{ ...item, deleted: true }]
  return event.content.kind === 'text' ? [{ ...item, body: event.content.body }] : [item]
}
