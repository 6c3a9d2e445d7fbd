import type { SessionChange, SessionStore } from '../bridge/network.ts'
import { isShared } from './address.ts'

const postType = 'post'
const sinceType = 'posts-since'
const admittedType = 'posts-admitted'
/** What earlier versions wrote of the same. */
const formerType = 'posts'
const heardType = 'heard'
const channelType = 'channel'

/**
 * What others have posted in channels: a bot may edit it like its own (`settle/posts.ts`), so it must be known by its
 * ids, over restarts, too. All ids are of the channel's own id space.
 */
export interface Posts {
  /** Takes a post of somebody else, in the transaction of its update. */
  take(space: string, messageId: number): void
  has(space: string, messageId: number): boolean
  /** A message is known that came into being while Telegram was heard: from there on no post is missed. */
  begin(space: string, messageId: number): void
  /**
   * The bot was made an admin of a channel in this second since 1970, by Telegram's clock: behind it no post is missed.
   * Undefined: it is none any more. To be called in the transaction of the update, behind the posts that came with it.
   */
  admitted(space: string, at: number | undefined): void
  /** Whether it would be known if a post with this id, of this second since 1970, were somebody else's. */
  isClear(space: string, post: { readonly message_id: number; readonly date: number }): boolean
  /** Whether Telegram was never heard, or not for so long, in milliseconds since 1970, that what it had to say may be gone. */
  wasDeaf(now: number): boolean
  /** Telegram was heard at this time, in milliseconds since 1970. To be called before what it said is taken. */
  heard(now: number): void
  /** What is posted before Telegram is heard again may never come here, nor what was posted up to now. */
  missed(): void
  /** Whether a chat is a channel; undefined where it was never asked. It stays what it is. */
  isChannel(chatId: number | string): boolean | undefined
  noteChannel(chatId: number | string, isChannel: boolean): void
}

/** Ids kept of each channel. */
const most = 2000
/** Of more, so many go at once. */
const atOnce = 200
const hour = 3_600_000
/** Milliseconds. Telegram keeps what happened for a day, and when it was heard is written down once an hour. */
const longestSilence = 23 * hour

export const openPosts = (sessions: SessionStore): Posts => {
  const former = [...sessions.list(formerType)]
  if (former.length > 0) sessions.set(former.map(({ id }) => ({ type: formerType, id, value: null })))
  const known = new Map<string, Set<number>>()
  const idsOf = (space: string): Set<number> => {
    const ids = known.get(space) ?? new Set()
    known.set(space, ids)
    return ids
  }
  for (const { id } of sessions.list(postType)) {
    const [space = '', messageId] = id.split(' ')
    idsOf(space).add(Number(messageId))
  }
  const since = new Map<string, number>()
  for (const { id, value } of sessions.list(sinceType)) since.set(id, Number(value))
  const admittedAt = new Map<string, number>()
  for (const { id, value } of sessions.list(admittedType)) admittedAt.set(id, Number(value))
  const [row] = sessions.list(heardType)
  let heardAt = row && Number(row.value)
  let isMissing = false
  /** The disk has not taken yet that posts were missed. */
  let isUnwritten = false

  const missed = (): void => {
    since.clear()
    admittedAt.clear()
    isUnwritten = true
    const rows = [sinceType, admittedType].flatMap(type =>
      [...sessions.list(type)].map(({ id }) => ({ type, id, value: null })),
    )
    if (rows.length > 0) sessions.set(rows)
    isUnwritten = false
  }

  const wasDeaf = (now: number): boolean => heardAt === undefined || Math.abs(now - heardAt) > longestSilence

  const knowSince = (space: string, messageId: number): SessionChange => {
    since.set(space, messageId)
    return { type: sinceType, id: space, value: String(messageId) }
  }
  const knowAdmitted = (space: string, at: number | undefined): SessionChange => {
    if (at === undefined) admittedAt.delete(space)
    else admittedAt.set(space, at)
    return { type: admittedType, id: space, value: at === undefined ? null : String(at) }
  }
  const begin = (space: string, messageId: number): void => {
    if (!isMissing && !since.has(space)) sessions.set([knowSince(space, messageId)], { flush: false })
  }
  return {
    begin,
    missed() {
      isMissing = true
      missed()
    },
    has: (space, messageId) => known.get(space)?.has(messageId) === true,
    take(space, messageId) {
      const ids = idsOf(space)
      if (ids.has(messageId)) return
      begin(space, messageId)
      ids.add(messageId)
      const changes: SessionChange[] = [{ type: postType, id: `${space} ${messageId}`, value: 'theirs' }]
      if (ids.size >= most + atOnce) {
        const oldest = [...ids].sort((one, other) => one - other).slice(0, atOnce)
        for (const id of oldest) ids.delete(id)
        changes.push(...oldest.map(id => ({ type: postType, id: `${space} ${id}`, value: null })))
        changes.push(knowSince(space, Math.max(...oldest) + 1), knowAdmitted(space, undefined))
      }
      sessions.set(changes)
    },
    admitted(space, at) {
      since.delete(space)
      sessions.set([{ type: sinceType, id: space, value: null }, knowAdmitted(space, at)])
    },
    isClear: (space, { message_id: id, date }) =>
      id >= (since.get(space) ?? Number.POSITIVE_INFINITY) ||
      date > (admittedAt.get(space) ?? Number.POSITIVE_INFINITY),
    wasDeaf,
    heard(now) {
      isMissing = false
      if (isUnwritten || wasDeaf(now)) missed()
      if (heardAt !== undefined && Math.abs(now - heardAt) < hour) return
      heardAt = now
      sessions.set([{ type: heardType, id: '', value: String(now) }], { flush: false })
    },
    isChannel(chatId) {
      const kind = sessions.get(channelType, String(chatId))
      return kind === undefined ? undefined : kind === 'yes'
    },
    noteChannel(chatId, isChannel) {
      if (isShared(chatId) || sessions.get(channelType, String(chatId)) !== undefined) return
      const value = isChannel ? 'yes' : 'no'
      sessions.set([{ type: channelType, id: String(chatId), value }], { flush: false })
    },
  }
}
