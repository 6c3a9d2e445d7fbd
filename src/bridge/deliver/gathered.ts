import type { Store, StoredMessage } from '../../store/index.ts'
import { type ChatRef, type MessageRef, networkOf } from '../chat-ref.ts'
import { type JoinedContent, type JoinedItem, parseContent } from '../content.ts'
import type { Reply } from '../event.ts'
import type { Layout, SentPart, StandIn } from '../network.ts'
import { plainText } from '../rich-text.ts'
import { type AttemptContext, standInOf } from './attempt.ts'

/** `Network.layOut` of the network where texts stand together. */
export type LayOut = (content: JoinedContent, parts: readonly SentPart[]) => Layout | undefined

/** What it takes to find one text among others. */
export interface GatheredTools {
  readonly store: Store
  readonly layOut?: LayOut
}

/** The same for an attempt, of texts in this chat. */
export const toolsFor = (
  chat: ChatRef,
  { store, network }: Pick<AttemptContext, 'store' | 'network'>,
): GatheredTools => ({
  store,
  layOut: (content, parts) => network(networkOf(chat)).layOut?.(content, parts),
})

/** Several texts that stand together. */
interface Gathered {
  readonly content: JoinedContent
  /** The messages that show them: one, or more where edits have made them longer. They are kept with the first. */
  readonly parts: readonly StoredMessage[]
  /** Where they came from. */
  readonly chat: ChatRef
}

/** What a message of the bridge holds, where it is several texts in one. */
export const joinedContentOf = (message: StoredMessage | undefined): JoinedContent | undefined => {
  const content = message?.content === undefined ? undefined : parseContent(message.content)
  return content?.kind === 'joined' ? content : undefined
}

/** The texts that a message shows, or shows some of. */
export const gatheredIn = (
  shown: StoredMessage | undefined,
  { links }: Pick<Store, 'links'>,
): Gathered | undefined => {
  const [key] = shown?.bridge ? links.sources(shown.key) : []
  const source = key === undefined ? undefined : links.get(key)
  if (shown === undefined || source === undefined) return undefined
  const all = links.standIns(source.key, shown.chat)
  const first = all.findIndex(part => joinedContentOf(part) !== undefined)
  const content = joinedContentOf(all[first])
  return content && { content, parts: all.slice(first), chat: source.chat }
}

/** The stored message that one of the texts was. */
export const sourceOf = (
  { id, person }: JoinedItem,
  chat: ChatRef,
  { links, chats }: Store,
): StoredMessage | undefined => links.find({ chat, id }, chats.resolve(person))

export const isThat = (item: JoinedItem, source: StoredMessage, { chats }: Store): boolean =>
  item.id === source.id && (source.author === undefined || chats.resolve(item.person) === source.author)

/**
 * What `message` stands for `source` as: where it is one of several that show many texts, the one that shows this one,
 * with the words that have to be picked out of it to mean this one alone.
 */
export const standInFor = (
  source: StoredMessage | undefined,
  message: StoredMessage,
  { store, layOut }: GatheredTools,
): StandIn => {
  const gathered = gatheredIn(message, store)
  const item = gathered && source ? gathered.content.items.findIndex(each => isThat(each, source, store)) : -1
  const words = gathered?.content.items[item]?.body.text.trim()
  if (gathered === undefined || words === undefined) return standInOf(message)
  const place = layOut?.(gathered.content, gathered.parts)?.places.find(
    each => each.item === item && each.words.said.text !== '',
  )
  const shown = place && gathered.parts[place.part]
  return shown ? standInOf(shown, place.words) : standInOf(message, { said: plainText(words) })
}

/** What words somebody has picked out of a message. */
type Quote = Pick<Reply, 'quote' | 'quoteAt' | 'seen'>

/** What the owner is told about a message that does not hold any more what they mean. */
export const changedSince = 'what you point at in that message was changed or deleted'

/**
 * The texts that somebody means who picked these words out of a message: those that they stand in, by their place;
 * where that is not told, or something else stands there by now, all that hold them, with the line above or without.
 * Where the message has changed since they saw it, only what stands under the line that it stood under. None where
 * nothing is picked.
 */
export const quotedFrom = (message: MessageRef, quote: Quote, tools: GatheredTools): JoinedItem[] => {
  const gathered = gatheredIn(tools.store.links.find(message), tools.store)
  return gathered ? pickedOut(gathered, { ...quote, ...message }, tools) : []
}

/**
 * Which of the texts in a message somebody answers; without words picked out of it the last one that it shows. `gone`:
 * what they saw there, or picked out, does not stand there any more.
 */
export const answered = (
  message: MessageRef,
  quote: Quote,
  tools: GatheredTools,
): StoredMessage | 'gone' | undefined => {
  const gathered = gatheredIn(tools.store.links.find(message), tools.store)
  if (gathered === undefined) return undefined
  const pointer = { ...quote, ...message }
  const quoted = pickedOut(gathered, pointer, tools)
  const words = quote.quote?.trim() ?? ''
  if (words !== '' && quoted.length === 0) return 'gone'
  const item =
    quoted.findLast(({ body }) => body.text.includes(words)) ??
    quoted.at(-1) ??
    lastIn(gathered, message, tools)
  if (words === '' && item && !isStill(item, gathered, pointer, tools)) return 'gone'
  return item && sourceOf(item, gathered.chat, tools.store)
}

/** The texts that are still there. */
const living = ({ content }: Gathered): JoinedItem[] => content.items.filter(({ deleted }) => !deleted)

const lastIn = (
  gathered: Gathered,
  { id }: MessageRef,
  { layOut }: GatheredTools,
): JoinedItem | undefined => {
  const { content, parts } = gathered
  const shown = layOut?.(content, parts)?.places.filter(({ part }) => parts[part]?.id === id) ?? []
  const items = living(gathered)
  return items.findLast(item => shown.some(place => content.items[place.item] === item)) ?? items.at(-1)
}

type Pointer = Quote & MessageRef

const pickedOut = (gathered: Gathered, quote: Pointer, tools: GatheredTools): JoinedItem[] => {
  const words = quote.quote?.trim() ?? ''
  if (words === '') return []
  const { seen } = quote
  const { text, items: placed } = atPlace(gathered, quote, tools)
  const holding = living(gathered).filter(({ line, body }) => `${line}\n${body.text.trim()}`.includes(words))
  if (seen === undefined || seen.text === text) return placed ?? holding
  // It was changed in between: the same words may be somebody else's by now.
  if (placed?.every(item => isUnder(item, quote))) return unlessShared(placed, gathered)
  return unlessShared(
    holding.filter(item => isUnder(item, quote)),
    gathered,
  )
}

/** What the message says now, and which texts stand where the words were picked out; undefined where others stand there. */
const atPlace = (
  gathered: Gathered,
  { id, quote = '', quoteAt }: Pointer,
  { layOut }: GatheredTools,
): { readonly text?: string | undefined; readonly items?: JoinedItem[] } => {
  const { content, parts } = gathered
  const part = parts.findIndex(each => each.id === id)
  const layout = layOut?.(content, parts)
  const text = layout?.texts[part]
  if (layout === undefined || quoteAt === undefined || !text?.startsWith(quote, quoteAt)) return { text }
  const words = quote.trim()
  const from = quoteAt + quote.indexOf(words)
  const touched = layout.places.filter(
    place => place.part === part && place.from < from + words.length && place.to > from,
  )
  const items = living(gathered).filter(item => touched.some(place => content.items[place.item] === item))
  return { text, items }
}

const isUnder = ({ line }: JoinedItem, { seen }: Quote): boolean => line === seen?.line

/** Whether whoever pointed at the whole message has seen this text as the last in it. */
const isStill = (item: JoinedItem, gathered: Gathered, quote: Pointer, tools: GatheredTools): boolean =>
  quote.seen === undefined || quote.seen.text === atPlace(gathered, quote, tools).text || isUnder(item, quote)

/** None where several people have a line like theirs: whose words these were cannot be told. */
const unlessShared = (found: JoinedItem[], { content }: Gathered): JoinedItem[] => {
  const alike = content.items.filter(({ line }) => found.some(each => each.line === line))
  return new Set(alike.map(({ person }) => person)).size > 1 ? [] : found
}
