import { mostMessages } from './events.ts'
import type { Played } from './play.ts'
import type { Trace } from './trace.ts'

/**
 * Positions of the chats that are never busy, though others may be: ten messages in any minute at most, or, where several are
 * topics of one group, their share of its twenty.
 */
export const quietChats = ({ chats, rows }: Trace): Record<'own' | 'topics', readonly number[]> => {
  const groupOf = (chat: number) => chats[chat]?.telegram.split('/')[0]
  const all = [...chats.keys()].map(chat => {
    const sharing = [...chats.keys()].filter(other => groupOf(other) === groupOf(chat)).length
    const own = rows.filter(row => row[1] === chat)
    const inMinute = (from: number) => own.filter(([at]) => at >= from && at < from + 60_000)
    const busiest = Math.max(
      ...own.map(([at]) => inMinute(at).reduce((sum, row) => sum + mostMessages(row), 0)),
    )
    return { chat, shares: sharing > 1, isQuiet: busiest <= (sharing > 1 ? 20 / sharing : 10) }
  })
  const quiet = all.filter(({ isQuiet }) => isQuiet)
  const positions = (shares: boolean) => quiet.filter(each => each.shares === shares).map(({ chat }) => chat)
  return { own: positions(false), topics: positions(true) }
}

/** Milliseconds; of these chats. */
export const longestWait = ({ rows }: Trace, { waited }: Played, chats: readonly number[]): number =>
  Math.max(0, ...rows.map(([, chat], row) => (chats.includes(chat) ? (waited[row] ?? 0) : 0)))
