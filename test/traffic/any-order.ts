import { leastOfLanes } from './lanes.ts'
import { type Counted, earliestEnd, limitsOf, overAll, perChat, perGroup } from './optimum.ts'

/**
 * A time before which the limits let these calls not be through in whatever order of the lanes, wires taking no time: the longest
 * of what each lane by itself, each chat and all calls together need at least. Nobody has to reach it: what is best for one
 * chat need not be best for all together.
 *
 * A call counts when all of it is there. When that was nobody knows before the answer, so its place is taken for as long as it is on
 * the line and for the window after that.
 */
export const leastInAnyOrder = (calls: readonly Counted[]): number => {
  const chats = Map.groupBy(calls, ({ chat }) => chat)
  const lanes = Map.groupBy(calls, ({ chat, lane }) => `${chat} ${lane}`)
  const all = calls.reduce((sum, { messages }) => sum + messages, 0)
  return Math.max(
    Math.floor((all - 1) / overAll.count) * overAll.window,
    ...[...chats.values()].map(inAnyOrder),
    ...[...lanes.values()].map(own => earliestEnd(own, limitsOf(own[0]?.chat ?? 0), 'in turn')),
  )
}

/** Ways to be so and so far in each lane of a chat up to which all are tried. */
const mostWays = 5000

/**
 * Where there are albums, which need several places at once, it matters what comes before them; so all orders are tried, where that
 * can be done.
 */
const inAnyOrder = (calls: readonly Counted[]): number => {
  const lanes = [...Map.groupBy(calls, ({ lane }) => lane).values()]
  const ways = lanes.reduce((product, own) => product * (own.length + 1), 1)
  const hasAlbums = calls.some(({ messages }) => messages > 1)
  const tried = hasAlbums && lanes.length > 1 && ways <= mostWays ? leastOfLanes(lanes) : 0
  return Math.max(tried, inAnyRow(calls))
}

/**
 * What the limits of a chat make of these calls in whatever order. Of any 21 messages in a row the last one is a minute later than
 * the first, so the last of all is as many minutes later than one of the first 20 as there are twenties; and that one comes no
 * earlier than one message a second lets it, behind a first burst, where the largest call comes last and is at once as a whole. Of
 * those behind each other each is on the line for a while, too.
 */
const inAnyRow = (calls: readonly Counted[]): number => {
  const [first] = calls
  if (first === undefined) return 0
  const all = calls.reduce((sum, { messages }) => sum + messages, 0)
  const largest = Math.max(...calls.map(({ messages }) => messages))
  const line = Math.min(...calls.map(({ upload }) => upload))
  const minutes = first.chat > 0 ? 0 : Math.ceil(all / perGroup.count) - 1
  const inMinutes =
    minutes * (perGroup.window + line) + inBursts(all - minutes * perGroup.count, { largest, line })
  return Math.max(inMinutes, heldByUploads(calls, { all, largest }))
}

/**
 * A chat has three places. A message takes one for three seconds, a file for as long as it is on the line, too: of what all of them
 * take, only what the last three hold and the largest call can lie behind the end.
 */
const heldByUploads = (
  calls: readonly Counted[],
  { all, largest }: { all: number; largest: number },
): number => {
  const { count, window } = perChat
  const held = calls.reduce((sum, { messages, upload }) => sum + Math.min(messages, count) * upload, 0)
  return ((all - largest - count) * window + held) / count
}

const inBursts = (messages: number, { largest, line }: { largest: number; line: number }): number => {
  const { count, window } = perChat
  if (largest === 1) return Math.floor((messages - 1) / count) * (window + line) + line
  return (Math.max(0, messages - largest - count + Math.min(largest, count)) * window) / count
}
