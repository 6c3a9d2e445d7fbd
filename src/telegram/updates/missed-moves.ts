import type { Update } from 'grammy/types'
import type { ChatRef } from '../../bridge/chat-ref.ts'
import type { Inbox } from '../../bridge/network.ts'
import type { Logger } from '../../support/log.ts'
import { isBasicGroup, readPlace } from '../address.ts'
import type { BotApi } from '../api.ts'
import { movedTo } from '../moved-to.ts'
import { type Owners, speakerOf } from './speaker.ts'

/** Failures, one after the other, behind which nobody waits for a word of it any more: all that is written comes only behind that. */
const mostFailures = 4
/** For how long nobody is asked again who did not answer behind those either, in milliseconds. */
const restMs = 60_000

export interface MissedMovesOptions extends Owners {
  readonly api: BotApi
  readonly signal: AbortSignal
  readonly logger: Logger
  /** Which chats and topics chats are mapped to; `toTelegramOnly`: what is written there goes to nobody. */
  readonly mapped: () => readonly { readonly telegram: ChatRef; readonly toTelegramOnly: boolean }[]
  readonly move: (from: number, to: number) => void
  readonly inbox: Pick<Inbox, 'standing'>
}

/** A supergroup of which nobody knows whether a mapped group has become it. */
interface Unknown {
  readonly id: number
  readonly title: string
}

/**
 * That a group became a supergroup may never have been heard: Telegram keeps its word of that for a day, and a backup may be older.
 * What the owner writes there would be for nobody. So where they write in a supergroup in which nothing is mapped, each group that is
 * mapped is asked about before what they wrote is taken, until all have answered once in a run. Rejects with `CallError` where there is
 * no answer, a few times; behind that it is asked once more, and then at most once a minute; what is written meanwhile stays there,
 * and the owner is told so.
 */
export const makeMissedMoves = (options: MissedMovesOptions) => {
  const { api, signal, logger, mapped, move, inbox } = options
  const asked = new Set<number>()
  let failures = 0
  /** On the clock that nobody sets, in milliseconds. */
  let restsUntil = 0

  /** The supergroup in which an owner has written and nothing is mapped. An update of no known form is told of when it is taken. */
  const unknownIn = ({ message }: Update): Unknown[] => {
    if (message?.chat?.type !== 'supergroup' || speakerOf(message, options) !== 'owner') return []
    const { chat } = message
    if (asked.has(chat.id)) return []
    return mapped().some(({ telegram }) => readPlace(telegram)?.chatId === chat.id) ? [] : [chat]
  }

  /** Once for each: where a mapped group has become it, that is found as soon as Telegram answers. */
  const tell = (updates: readonly Update[]): void => {
    for (const { id, title } of updates.flatMap(unknownIn))
      inbox.standing({ about: `moved ${id}`, trouble: { id: 'unasked', text: unasked(title) } })
  }

  /** What a group has become; undefined also where Telegram does not say it again and again. */
  const find = async (group: number): Promise<number | undefined> => {
    try {
      return await movedTo(group, { api, signal })
    } catch (error) {
      failures += 1
      if (signal.aborted || failures < mostFailures) throw error
      logger.warn({ err: error }, 'Telegram does not say whether a group has become a supergroup')
      return undefined
    }
  }

  return async (updates: readonly Update[]): Promise<void> => {
    // Of these it comes in its place: what was written before it is to be taken before.
    const heardOf = new Set(updates.flatMap(movedIn))
    const others = updates.filter(({ message }) => !heardOf.has(message?.chat?.id))
    const unknown = others.flatMap(unknownIn)
    if (unknown.length === 0) return
    if (performance.now() < restsUntil) return tell(others)
    const before = failures
    for (const group of new Set(mapped().flatMap(groupOf))) {
      if (heardOf.has(group)) continue
      const to = await find(group)
      if (to !== undefined) move(group, to)
    }
    if (failures > before) {
      // It is asked again with what is written there next, but not with each word where it never answers.
      if (before >= mostFailures) restsUntil = performance.now() + restMs
      return tell(others)
    }
    failures = 0
    for (const { id } of unknown) asked.add(id)
  }
}

const unasked = (title: string): string =>
  `You wrote in "${title}", which is mapped to no WhatsApp chat, and it stays there. It may be a mapped group that has become a supergroup: Telegram does not say now. If it is one, write again there later what was for WhatsApp.`

/** The group that became a supergroup and what it became, where the update is the word of that. */
const movedIn = ({ message }: Update): (number | undefined)[] => {
  const other = message?.migrate_to_chat_id ?? message?.migrate_from_chat_id
  return other === undefined ? [] : [message?.chat?.id, other]
}

const groupOf = ({ telegram }: { readonly telegram: ChatRef }): number[] => {
  const { chatId = 0 } = readPlace(telegram) ?? {}
  return isBasicGroup(chatId) ? [chatId] : []
}
