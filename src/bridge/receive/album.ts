import type { StoredMessage } from '../../store/index.ts'
import { type ChatRef, type MessageRef, networkOf } from '../chat-ref.ts'
import type { AlbumContent, AlbumItem } from '../content.ts'
import { type BridgeEvent, isMessage, type MessageEvent, readEvent } from '../event.ts'
import { albumTopic } from '../topics.ts'
import { fromBackup, type ReceiveContext, type Reception } from './reception.ts'

/**
 * How long an album waits for its next picture, in milliseconds. WhatsApp's come as fast as they are uploaded, which films
 * are slowly: while some that were announced are missing, it waits longer (`albumMessage`).
 */
const gap = { whatsapp: 5000, telegram: 1000 } as const
const gapAnnounced = 15_000
/** How long an album waits in all. */
const longest = 60_000
/** As many as WhatsApp's apps put into one: more can only come from somebody who means no good. */
const mostItems = 100

/**
 * Pictures of one album travel as messages of their own, out of order and seconds apart. They gather in one job, in the
 * order that their sender gave them, which goes when it has as many as were announced, or as it may have, or no more have
 * come for a while. One that comes when the job has begun, or is full, goes by itself, as an answer to the album. What a
 * backup brings back gathers among itself: the album that may be there already had nothing else in it. Where that has begun,
 * a picture of it may be there all the same.
 *
 * The album has a row of its own among the messages: its announcement on WhatsApp, a made-up id for Telegram. Where that
 * could not be read yet, its first picture begins it.
 */
export const joinAlbum = (
  event: MessageEvent,
  album: { readonly id: string },
  context: ReceiveContext & { readonly target: ChatRef; readonly source: number | undefined },
): Reception => {
  const { store, outbox, target, source, now, time, restored = false } = context
  const { chat, sender, content } = event
  const found = store.links.find({ chat, id: album.id }, sender.person)
  const known = found?.author === sender.person ? found.key : undefined
  const announced = content.kind === 'album'
  const begun = announced
    ? source
    : store.links.remember({ chat, id: album.id, author: sender.person, me: sender.me }, time)
  const key = begun ?? known
  if (key === undefined) return 'duplicate'
  const topic = albumTopic(key)
  const add = (job: MessageEvent, at: { source: number; topic?: string; dueAt?: number }): Reception => {
    const messageId = context.newMessageId(networkOf(target))
    const more = { ...at, ...fromBackup(context, target) }
    outbox.add({ lane: chat, target, messageId, event: JSON.stringify(job), ...more }, now)
    return 'job'
  }
  const addAlone = (): Reception => {
    if (announced || source === undefined) return 'duplicate'
    const { album: _, ...alone } = event
    const single = restored ? event : alone
    return add({ ...single, replyTo: single.replyTo ?? { id: album.id } }, { source })
  }

  const open = outbox.untouched(topic, 'message', { restored })
  // What waits for where the chat was mapped before takes nothing of what came since.
  if (open?.target !== target) {
    if (begun !== undefined) {
      const job = opened(event, album.id)
      return add(job, { source: key, topic, dueAt: now + gapOf(job) })
    }
    return addAlone()
  }
  const gathered = gather(readEvent(open.event), event)
  if (gathered === undefined || gathered.content.items.length > mostItems) return addAlone()
  const { items, expected } = gathered.content
  const complete = items.length >= Math.min(expected ?? mostItems, mostItems)
  const wait = Math.min(open.createdAt + longest, now + gapOf(gathered))
  outbox.rewrite(open.id, { event: JSON.stringify(gathered), dueAt: complete ? now : wait })
  return 'job'
}

/** How long it waits for more. */
const gapOf = ({ chat, content }: AlbumEvent): number =>
  content.expected === undefined ? gap[networkOf(chat)] : gapAnnounced

type AlbumEvent = MessageEvent & { content: AlbumContent }

/** The album's own event, made of whatever came first of it. */
const opened = ({ album: _, ...event }: MessageEvent, id: string): AlbumEvent =>
  event.content.kind === 'album'
    ? { ...event, content: event.content }
    : { ...event, id, content: { kind: 'album', items: itemsOf(event) } }

/** Undefined where the disk has spoilt the album. */
const gather = (album: BridgeEvent | undefined, event: MessageEvent): AlbumEvent | undefined => {
  if (!album || !isMessage(album) || album.content.kind !== 'album') return undefined
  const expected = event.content.kind === 'album' ? event.content.expected : album.content.expected
  const items = [...album.content.items, ...itemsOf(event)].sort(byPlace)
  return {
    ...album,
    content: { kind: 'album', items, ...(expected !== undefined && { expected }) },
    ...(album.replyTo === undefined && event.replyTo && { replyTo: event.replyTo }),
  }
}

/** By the place that their sender gave them; those without one stand first, as they came. */
const byPlace = ({ index: one = 0 }: AlbumItem, { index: other = 0 }: AlbumItem): number => one - other

const itemsOf = ({ content, id, album }: MessageEvent): AlbumItem[] => {
  const index = album?.index
  return content.kind === 'media' ? [{ ...content, id, ...(index !== undefined && { index }) }] : []
}

/** The albums that hold this picture, by their jobs: one that went has none. */
const albumsWith = ({ chat, id }: MessageRef, { outbox }: Pick<ReceiveContext, 'outbox'>) =>
  outbox.about(chat, albumTopic('')).flatMap(job => {
    const album = readEvent(job.event)
    if (album === undefined || !isMessage(album) || album.content.kind !== 'album') return []
    const { items } = album.content
    return items.some(item => item.id === id) ? [{ job, album, items }] : []
  })

/** Where the album is to go, or could not go, that holds this picture. */
export const placeOfAlbum = (
  picture: MessageRef,
  tools: Pick<ReceiveContext, 'outbox'>,
): ChatRef | undefined => albumsWith(picture, tools)[0]?.job.target

/** The first picture of an album, by its own row: of one that is on its way the first that is to go. */
export const firstPicture = (
  { key, chat, id }: StoredMessage,
  { store, outbox }: Pick<ReceiveContext, 'store' | 'outbox'>,
): StoredMessage | undefined => {
  const there = store.albums.firstPicture(key)
  if (there !== undefined) return there
  const album = outbox
    .about(chat, albumTopic(key))
    .map(job => readEvent(job.event))
    .find(event => event?.id === id)
  if (album === undefined || !isMessage(album) || album.content.kind !== 'album') return undefined
  const [first] = album.content.items
  return first && store.links.find({ chat, id: first.id }, album.sender.person)
}

/** Changes a picture of an album that waits, or takes it out. Returns whether there was one. */
export const changeAlbum = (
  picture: MessageRef,
  { outbox }: Pick<ReceiveContext, 'outbox'>,
  change: (item: AlbumItem) => AlbumItem[],
): boolean => {
  const found = albumsWith(picture, { outbox }).find(({ job }) => job.isUntouched)
  if (found === undefined) return false
  const { job, album, items } = found
  const left = items.flatMap(item => (item.id === picture.id ? change(item) : [item]))
  const event = JSON.stringify({ ...album, content: { ...album.content, items: left } })
  if (left.length === 0) outbox.finish(job.id)
  else outbox.rewrite(job.id, { event, dueAt: job.dueAt })
  return true
}
