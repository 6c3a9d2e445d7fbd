import type { ChatRef, MessageRef } from '../bridge/chat-ref.ts'
import type { SessionStore } from '../bridge/network.ts'
import { putBack } from '../bridge/put-back.ts'
import { idSpace, isShared, placeOf, sharedSpace } from './address.ts'
import { highestId } from './answer.ts'
import { gapSinceBackup, openGap } from './gap.ts'
import { openPosts, type Posts } from './posts.ts'

const topType = 'top'
const firstType = 'first'
const movedType = 'moved'
const backupType = 'backup-top'

/**
 * What must be remembered of Telegram's message ids between runs: the highest id known in each id space, raised by every
 * message seen or sent, the first one that was, and to which supergroup a group was moved.
 */
export interface Marks {
  /** The highest message id known in the id space of the chat; 0 when none is. */
  top(chatId: number | string): number
  raise(chatId: number | string, messageId: number): void
  /**
   * The same by a message that may be older than what is heard now, so that what came behind it may still be unheard: a search has found
   * it, or it was edited.
   */
  raiseByOlder(chatId: number | string, messageId: number): void
  /** The first id that was known in the id space, or guessed while none was; 0 when there is neither. */
  first(chatId: number | string): number
  /** Keeps a guess at the highest id while none is known. It is no `top`: it may be above what comes next. */
  guess(chatId: number | string, messageId: number): void
  /**
   * Raises, and remembers whose the message is. Not to be called for what a job has sent before its link is on disk:
   * who looks for it then must find it.
   */
  take(chatId: number | string, messageId: number): void
  /** The same of a post in a channel, and for the runs to come. */
  takePost(chatId: number | string, messageId: number): void
  readonly posts: Posts
  /** Another program takes updates: what others write may never come here. May throw when the disk does not take it. */
  missed(): void
  /** None does any more. Throws as above. */
  heardAgain(): void
  /** Telegram was heard (`Posts.heard`). Throws as above. */
  heard(now: number): void
  /**
   * Whether other chats may have taken ids behind the highest one known without a word of it. In a space of its own all are seen to be
   * theirs.
   */
  isUnheard(chatId: number | string): boolean
  /** Whether a message is older than the backup that was put back last: it may be otherwise now than written down here. */
  isOfBackup(chatId: number | string, messageId: number): boolean
  /** Whether the message under an id, in whichever chat of the id space, is known in this process not to be looked for. */
  isTaken(chatId: number | string, messageId: number): boolean
  /** Another bot counts anew what the bots count each for itself. To be called in a transaction. */
  forgetShared(): void
  /** Notes that a basic group became a supergroup with another id. */
  move(from: number | string, to: number): void
  /** Whether it became what it is from a basic group. */
  wasGroup(chatId: number | string): boolean
  /** The group that became this chat, where such a word was written before it did. */
  former(mark: string | undefined, chatId: number | string): number | undefined
  /** Where messages for the chat go today. */
  current(chatId: number | string): number | string
  /**
   * The word that stands for `top` in a job: the id space and the highest id. `backup`: as it was when the backup was
   * made, 0 where that knew of none.
   */
  write(chat: ChatRef, from?: 'backup'): string
  /** Reads such a word; undefined when it says nothing about the space the chat is in now. */
  read(mark: string | undefined, chatId: number | string): number | undefined
}

/** Ids kept in memory for each id space; a search goes through few. */
const mostTaken = 2000

/** What an update says may be anything: searches begin and end at what is remembered here. */
const isId = (messageId: number): boolean =>
  Number.isInteger(messageId) && messageId > 0 && messageId <= highestId

export const openMarks = (sessions: SessionStore): Marks => {
  const posts = openPosts(sessions)
  if (sessions.get(putBack.type, putBack.id) !== undefined) {
    // What was posted since the backup was made comes no more.
    posts.missed()
    keepTops(sessions)
  }
  const tops = new Map<string, number>()
  const taken = new Map<string, Set<number>>()
  const remember = (space: string, messageId: number): void => {
    if (!isId(messageId)) return
    const ids = taken.get(space) ?? new Set()
    taken.set(space, ids.add(messageId))
    const [oldest] = ids
    if (ids.size > mostTaken && oldest !== undefined) ids.delete(oldest)
  }
  const topOf = (space: string): number => {
    const known = tops.get(space) ?? Number(sessions.get(topType, space) ?? 0)
    tops.set(space, known)
    return known
  }
  const top = (chatId: number | string): number => topOf(idSpace(chatId))
  const gap = openGap(sessions, () => topOf(sharedSpace))
  const current = (chatId: number | string): number | string => {
    const moved = sessions.get(movedType, String(chatId))
    return moved === undefined ? chatId : Number(moved)
  }
  const formerOf = (chatId: number | string): number | undefined => {
    const before = [...sessions.list(movedType)].find(({ value }) => value === String(chatId))
    return before && Number(before.id)
  }
  // Where earlier versions kept no first id, the highest one is the best that is known.
  const first = (chatId: number | string): number =>
    Number(sessions.get(firstType, idSpace(chatId)) ?? top(chatId))
  const guess = (chatId: number | string, messageId: number): void => {
    if (messageId === 0 || first(chatId) > 0) return
    sessions.set([{ type: firstType, id: idSpace(chatId), value: String(messageId) }], { flush: false })
  }
  const raise = (chatId: number | string, messageId: number): void => {
    if (messageId <= top(chatId) || !isId(messageId)) return
    const space = idSpace(chatId)
    if (top(chatId) === 0) guess(chatId, messageId)
    // The next commit, of the message's link, takes it along; without either the job's own mark is the one to look from.
    sessions.set([{ type: topType, id: space, value: String(messageId) }], { flush: false })
    tops.set(space, messageId)
  }
  return {
    top,
    isTaken(chatId, messageId) {
      const space = idSpace(chatId)
      return taken.get(space)?.has(messageId) === true || posts.has(space, messageId)
    },
    raise,
    raiseByOlder(chatId, messageId) {
      if (messageId <= top(chatId) || !isId(messageId)) return
      if (isShared(chatId)) gap.reaches(messageId)
      raise(chatId, messageId)
    },
    first,
    guess,
    take(chatId, messageId) {
      const space = idSpace(chatId)
      raise(chatId, messageId)
      remember(space, messageId)
      if (!isShared(chatId) && isId(messageId)) posts.begin(space, messageId)
    },
    takePost(chatId, messageId) {
      if (!isId(messageId)) return
      raise(chatId, messageId)
      posts.take(idSpace(chatId), messageId)
    },
    posts,
    missed() {
      gap.begin()
      posts.missed()
      gap.keep()
    },
    heardAgain: gap.over,
    heard(now) {
      gap.keep()
      if (posts.wasDeaf(now)) gap.passed()
      posts.heard(now)
    },
    isUnheard: chatId => isShared(chatId) && gap.isOpen(),
    isOfBackup: (chatId, messageId) => messageId <= Number(sessions.get(backupType, idSpace(chatId)) ?? 0),
    forgetShared() {
      sessions.set([topType, firstType, backupType].map(type => ({ type, id: sharedSpace, value: null })))
      gap.forget()
      tops.delete(sharedSpace)
    },
    move: (from, to) => sessions.set([{ type: movedType, id: String(from), value: String(to) }]),
    former(mark, chatId) {
      if (mark === undefined || mark.startsWith(`${idSpace(chatId)}:`)) return undefined
      return formerOf(chatId)
    },
    wasGroup: chatId => formerOf(chatId) !== undefined,
    current,
    write(chat, from) {
      const chatId = current(placeOf(chat).chatId)
      const space = idSpace(chatId)
      return `${space}:${from ? (sessions.get(backupType, space) ?? 0) : top(chatId)}`
    },
    read: readMark,
  }
}

/** What was sent since the backup was made has higher ids, and what was heard since comes no more. A kill before has it done again. */
const keepTops = (sessions: SessionStore): void => {
  const rows = (type: string) => [...sessions.list(type)]
  sessions.set([
    ...gapSinceBackup(sessions, sessions.get(topType, sharedSpace)),
    ...rows(backupType).map(({ id }) => ({ type: backupType, id, value: null })),
    ...rows(topType).map(({ id, value }) => ({ type: backupType, id, value })),
    { ...putBack, value: null },
  ])
}

const readMark = (mark: string | undefined, chatId: number | string): number | undefined => {
  const [space, id] = mark?.split(':') ?? []
  const known = space === idSpace(chatId) ? Number(id) : 0
  return known > 0 ? known : undefined
}

/** Whether a message may have come into being since a mark was written: its id is higher, or the mark is about other ids. */
export const isSince = ({ chat, id }: MessageRef, mark: string): boolean =>
  !(Number(id) <= (readMark(mark, placeOf(chat).chatId) ?? 0))
